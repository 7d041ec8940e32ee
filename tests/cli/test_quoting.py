import os

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from gan_runner.cli.quoting import quote_odd_value, quote_odd_values


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("data.root=~/pictures", "/home/me/pictures"),
        ("data.root='~/my pictures'", "/home/me/my pictures"),
        ("hydra.run.dir=~/runs/a", "/home/me/runs/a"),
        ("resume=~/runs/a", "/home/me/runs/a"),
        ("name=~/a", "~/a"),
        ("data.root=2024", "2024"),
        ("data.root=2024.10", "2024.10"),
        ("data.root=007", "007"),
        ("out=inf", "inf"),
        ("data.root=cats,dogs", "cats,dogs"),
        ("data.images=a,b.idx", "a,b.idx"),
        ("data.root=/a b/c (2)", "/a b/c (2)"),
        ("data.root=图片/猫", "图片/猫"),
        ("name=it's #1; done!", "it's #1; done!"),
        ('name=say "so" ~', 'say "so" ~'),
        ("data.root=C:\\new~", "C:\\new~"),
    ],
)
def test_what_the_grammar_has_no_place_for_is_taken_as_meant(
    argument: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert OverridesParser.create().parse_override(quote_odd_value(argument)).value() == value


@pytest.mark.parametrize(
    "argument",
    [
        "loss=gan,lsgan",
        "optim.lr=1e-4",
        "data.classes=[a,b]",
        "data.classes=[啊]",
        "'data.root=x'",
        "data.root='a b~'",
        "--config-dir=~/x",
        "-m",
        "~reg",
        "check",
        "name=",
        "loss.a=choice(-1, 0)",
        "seed=range(1,4)",
        "tags={a: 1}",
        "data.root=null",
        "data.labels=true",
        "data.root=",
        "data.root=[a,b]",
        "data.root=choice(a,b)",
        "data.root=${oc.env:HOME,/root}",
        "data.root=pictures",
        "optim.lr=1",
    ],
)
def test_what_hydra_reads_or_nothing_can_mend_is_left_alone(argument: str) -> None:
    assert quote_odd_values([argument]) == [argument]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(lambda text: text[0] not in "[{'\""))
def test_any_path_comes_through_or_is_left_alone(path: str) -> None:
    argument = quote_odd_value(f"data.root=~{path}")
    try:
        value = OverridesParser.create().parse_override(argument).value()
    except Exception:
        assert argument == f"data.root=~{path}"
    else:
        assert value == os.path.expanduser(f"~{path}")


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("data.root=~/a,~/b (1)", ["/home/me/a", "/home/me/b (1)"]),
        ("data.root=2023,2024", ["2023", "2024"]),
        ("data.root=a,b", ["a", "b"]),
        ("name=~x,y", ["~x", "y"]),
        ("loss=gan,lsgan", ["gan", "lsgan"]),
        ("data.root=choice(a,b)", ["a", "b"]),
    ],
)
def test_in_a_sweep_commas_part_the_values(argument: str, values: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    flag, quoted = quote_odd_values(["-m", argument])
    override = OverridesParser.create().parse_override(quoted)
    assert flag == "-m"
    assert override.is_sweep_override()
    assert [value.strip("'\"") for value in override.sweep_string_iterator()] == values
