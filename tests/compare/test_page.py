import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from gan_runner.compare.comparison import Comparison, compare
from gan_runner.compare.comparison_csv import as_csv
from gan_runner.compare.page import TOP, as_page
from gan_runner.compare.statistics import estimate
from gan_runner.compare.table import as_table, rate

WriteRun = Callable[..., Path]


class Outline(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def comparison(run_folder: WriteRun, tmp_path: Path) -> Comparison:
    for seed, fids in enumerate([(20, 10, 5), (22, 11, 6)]):
        run_folder(f"a{seed}", seed=seed, fids=fids)
        run_folder(f"b{seed}", seed=seed, loss="gan", fids=(*fids, 40.0))
    run_folder("c0", loss="wgan", status="failed", error="diverged: <script>alert('error')</script>")
    run_folder("<img src=x onerror=alert(1)>", status="interrupted", seed=9)
    return compare([tmp_path])


def test_the_page_needs_nothing_from_outside(comparison: Comparison) -> None:
    outline = Outline(as_page(comparison, "gan-compare runs"))
    assert "default-src 'none'" in str([attributes.get("content") for _, attributes in outline.tags])
    for tag, attributes in outline.tags:
        assert tag not in ("link", "iframe", "object")
        for name in ("src", "href", "srcset"):
            assert (attributes.get(name) or "#").startswith(("data:image/", "#"))


def test_links_lead_somewhere_ids_are_unique_and_every_picture_has_words(comparison: Comparison) -> None:
    tags = Outline(as_page(comparison, "gan-compare")).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {(a["href"] or "")[1:] for tag, a in tags if tag == "a"} <= set(ids)
    assert all(attributes.get("alt") for tag, attributes in tags if tag == "img")
    assert {"verdict", "first", "curve", "finals", "losses", "samples", "step", "differs", "problems"} <= set(ids)


def test_what_strangers_wrote_is_text_and_never_markup(comparison: Comparison) -> None:
    page = as_page(comparison, "gan-compare '<b>'")
    assert "&lt;script&gt;alert(&#39;error&#39;)" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert page.count("<script>") == 2
    assert not [attributes for _, attributes in Outline(page).tags if "onerror" in attributes]


def test_the_first_screen_holds_few_groups_and_the_rest_follows(run_folder: WriteRun, tmp_path: Path) -> None:
    for number in range(TOP + 2):
        run_folder(f"r{number}", loss=f"l{number}", fids=(float(number + 1),))
    page = as_page(compare([tmp_path]), "gan-compare")
    first, rest = page.split('id="curves"')
    assert len(re.findall("<tr><td>", first)) == TOP
    assert len(re.findall("<tr><td>", rest.split('id="samples"')[0])) == TOP + 2


def test_runs_without_pictures_or_numbers_still_make_a_page(run_folder: WriteRun, tmp_path: Path) -> None:
    folder = run_folder("a", metric=None, final=None)
    for picture in (folder / "samples").iterdir():
        picture.unlink()
    page = as_page(compare([tmp_path]), "gan-compare")
    assert "Nothing was measured" in page
    assert "no pictures of samples" in page


def test_the_terminal_reads_no_commands_in_what_strangers_wrote(run_folder: WriteRun, tmp_path: Path) -> None:
    metric = {"monitor": "[/]", "directions": {"[/]": "min"}, "goal": {}}
    run_folder("a", metric=metric, final={"[/]": 1.0}, status="failed", error="[red]x[/green]")
    file = io.StringIO()
    Console(file=file, width=200).print(as_table(compare([tmp_path])))
    assert "final [/]" in file.getvalue()
    assert "[red]x[/green]" in file.getvalue()


def test_the_terminal_table_fits_eighty_columns(comparison: Comparison) -> None:
    file = io.StringIO()
    Console(file=file, width=80).print(as_table(comparison))
    told = file.getvalue()
    assert max(map(len, told.splitlines())) <= 80
    for row in comparison.ranking.rows:
        assert told.count(rate(row).split()[0]) >= 1
        assert str(row.final or "none") in told
    assert told.count("%)") == len(comparison.ranking.rows)


def test_the_csv_has_all_it_takes_to_compute_the_numbers_again(comparison: Comparison) -> None:
    lines = list(csv.DictReader(io.StringIO(as_csv(comparison))))
    assert len(lines) == len(comparison.runs) + len(comparison.skipped)
    for place, row in enumerate(comparison.ranking.rows, 1):
        own = [line for line in lines if line["rank"] == str(place)]
        assert {line["group"] for line in own} == {row.group.name}
        finals = [float(line["final/fid"]) for line in own if line["status"] == "finished"]
        assert estimate(finals) == row.final
        assert sorted(float(line["best"]) for line in own) == sorted(row.bests)
        assert sum(int(line["success"]) for line in own) == row.successes
        assert sum(int(line["fell_apart"]) for line in own) == len(row.fell_apart)
    (unused,) = (line for line in lines if line["used"] == "0")
    assert "interrupted" in unused["why_not"]
