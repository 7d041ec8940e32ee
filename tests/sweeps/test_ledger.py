"""Which folder a sweep has, and what keeps it from another's."""

from pathlib import Path

import pytest

from gan_runner.errors import UsageError
from gan_runner.sweeps.ledger import Ledger, exclusive, place, read

RECORD = {"number": 4, "digest": "d", "folder": "4_x", "overrides": ["seed=4"], "threads": 2}


def make(folder: Path, identity: str, started: str = "2026-01-01") -> Path:
    folder.mkdir(parents=True)
    Ledger(folder, identity, ["seed"], "gan-train -m seed=4", started, [dict(RECORD)]).write()
    return folder


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    ledger = read(make(tmp_path / "a", "one"))
    assert ledger is not None
    assert (ledger.find("d"), ledger.find("e"), ledger.free_number()) == (RECORD, None, 5)
    assert Ledger(tmp_path, "one", [], "").free_number() == 0
    assert read(tmp_path) is None


@pytest.mark.fault(31)
@pytest.mark.parametrize("text", ["", "{", "[]", '{"identity": "one"}'])
def test_a_damaged_ledger_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "sweep.json").write_text(text)
    with pytest.raises(UsageError, match="is damaged"):
        read(tmp_path)


def test_a_record_without_its_folder_is_damage(tmp_path: Path) -> None:
    path = make(tmp_path / "a", "one") / "sweep.json"
    path.write_text(path.read_text().replace('"folder"', '"flder"'))
    with pytest.raises(UsageError, match="is damaged"):
        read(tmp_path / "a")


def test_an_unnamed_sweep_finds_the_newest_of_its_kind(tmp_path: Path) -> None:
    given = tmp_path / "new"
    assert place(given, False, "one") == given
    make(tmp_path / "b", "one", "2026-01-02")
    make(tmp_path / "c", "one", "2026-01-01")
    make(tmp_path / "d", "two", "2026-01-03")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "sweep.json").write_text("{")  # not ours to complain about
    assert place(given, False, "one") == tmp_path / "b"
    assert place(given, False, "three") == given


def test_a_named_folder_must_hold_this_sweep_or_nothing(tmp_path: Path) -> None:
    make(tmp_path / "b", "one")
    assert place(tmp_path / "b", True, "one") == tmp_path / "b"
    assert place(tmp_path / "none yet", True, "one") == tmp_path / "none yet"
    with pytest.raises(UsageError, match=r"another configuration .over seed; begun with: gan-train -m seed=4"):
        place(tmp_path / "b", True, "two")
    (tmp_path / "thesis").mkdir()
    assert place(tmp_path / "thesis", True, "one") == tmp_path / "thesis"
    (tmp_path / "thesis" / "chapter1").write_text("mine")
    with pytest.raises(UsageError, match="holds no sweep"):
        place(tmp_path / "thesis", True, "one")
    with pytest.raises(UsageError, match="holds no sweep"):
        place(tmp_path / "thesis" / "chapter1", True, "one")


@pytest.mark.fault(13)
def test_a_sweep_is_run_by_one_command_at_a_time(tmp_path: Path) -> None:
    refused = pytest.raises(UsageError, match="another gan-train -m runs this sweep")
    with exclusive(tmp_path / "a" / "b"), refused, exclusive(tmp_path / "a" / "b"):
        pass
    with exclusive(tmp_path / "a" / "b"):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"), exclusive(tmp_path / "file" / "b"):
        pass
