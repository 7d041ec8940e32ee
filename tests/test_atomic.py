import os
import subprocess
import sys
from pathlib import Path

import pytest

from gan_runner import atomic


def test_writes_and_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    atomic.write_bytes(path, b"old, and longer")
    atomic.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_paths_with_spaces_and_accents_and_text_in_utf8_whatever_the_locale(tmp_path: Path) -> None:
    path = tmp_path / "été 数据" / "ein Größe.txt"
    path.parent.mkdir()
    atomic.write_text(path, "żółw\n")
    assert path.read_bytes() == b"\xc5\xbc\xc3\xb3\xc5\x82w\n"


def test_text_that_is_no_unicode_is_escaped(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "a", "caf\udce9")
    assert (tmp_path / "a").read_bytes() == rb"caf\udce9"


@pytest.mark.fault(36)
def test_makes_one_missing_folder_but_does_not_revive_a_removed_run(tmp_path: Path) -> None:
    atomic.write_bytes(tmp_path / "samples" / "0.png", b"x")
    assert (tmp_path / "samples" / "0.png").read_bytes() == b"x"
    with pytest.raises(FileNotFoundError):
        atomic.write_bytes(tmp_path / "run" / "samples" / "0.png", b"x")


@pytest.mark.fault(4)
@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_failure_keeps_the_old_content_and_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "last.pt"
    path.write_bytes(b"good")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        atomic.write_bytes(path, b"better")
    assert path.read_bytes() == b"good"
    assert os.listdir(tmp_path) == ["last.pt"]


@pytest.mark.fault(2)
def test_a_kill_before_the_rename_leaves_nothing_that_looks_like_a_result(tmp_path: Path) -> None:
    path = tmp_path / "000500.pt"
    path.write_bytes(b"good")
    code = """
import os, pathlib, sys
from gan_runner import atomic
os.replace = lambda *_: os._exit(9)
atomic.write_bytes(pathlib.Path(sys.argv[1]), b"half")
"""
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as child:
        assert child.wait() == 9
    assert path.read_bytes() == b"good"
    assert set(os.listdir(tmp_path)) == {"000500.pt", f".000500.pt.tmp-{child.pid}"}
    assert [found.name for found in tmp_path.glob("*.pt")] == ["000500.pt"]
