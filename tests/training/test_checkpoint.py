import io
import os
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_runner.errors import UsageError
from gan_runner.training.checkpoint import Checkpoints, digest_path, load, newest, save


def state(value: float) -> dict[str, Any]:
    return {"weights": torch.full((50, 50), float(value)), "step": int(value)}


def test_round_trip_keeps_tensors_and_plain_values(tmp_path: Path) -> None:
    save(tmp_path / "a.pt", {"x": torch.arange(5.0), "n": 3, "s": "ü", "t": (1, [2.5, None])})
    loaded = load(tmp_path / "a.pt")
    assert torch.equal(loaded["x"], torch.arange(5.0))
    assert (loaded["n"], loaded["s"], loaded["t"]) == (3, "ü", (1, [2.5, None]))


def test_digest_is_that_of_the_file(tmp_path: Path) -> None:
    import hashlib

    save(tmp_path / "a.pt", state(1))
    recorded = (tmp_path / "a.pt.sha256").read_text().split()
    assert recorded == [hashlib.sha256((tmp_path / "a.pt").read_bytes()).hexdigest(), "a.pt"]


@pytest.mark.fault(3)
@pytest.mark.parametrize("with_digest", [True, False])
def test_every_truncation_is_noticed(tmp_path: Path, with_digest: bool) -> None:
    path = tmp_path / "a.pt"
    save(path, state(1))
    data = path.read_bytes()
    if not with_digest:
        digest_path(path).unlink()
    for part in range(32):
        path.write_bytes(data[: len(data) * part // 32])
        with pytest.raises(UsageError, match=r"a\.pt is of no use"):
            load(path)


@pytest.mark.fault(3)
@pytest.mark.parametrize("with_digest", [True, False])
def test_a_flipped_bit_in_tensor_data_is_noticed(tmp_path: Path, with_digest: bool) -> None:
    path = tmp_path / "a.pt"
    save(path, state(1))
    data = bytearray(path.read_bytes())
    at = data.index(torch.full((4,), 1.0).numpy().tobytes())
    data[at + 100] ^= 1
    path.write_bytes(data)
    if not with_digest:
        digest_path(path).unlink()
    with pytest.raises(UsageError, match="of no use"):
        load(path)


@pytest.mark.fault(3)
def test_missing_file_and_folder_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "absent.pt")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.fault(20)
@pytest.mark.parametrize("form", ["torch", "torch of old", "pickle"])
def test_a_pickle_with_code_in_it_is_refused(tmp_path: Path, form: str) -> None:
    class Payload:
        def __reduce__(self) -> Any:
            return os.system, (f"touch {tmp_path / 'harm'}",)

    content = {"format": 1, "x": Payload()}
    if form == "pickle":
        (tmp_path / "a.pt").write_bytes(pickle.dumps(content))
    else:
        torch.save(content, tmp_path / "a.pt", _use_new_zipfile_serialization=form == "torch")
    with pytest.raises(UsageError, match="of no use"):
        load(tmp_path / "a.pt")
    assert not (tmp_path / "harm").exists()


def test_a_foreign_archive_is_refused(tmp_path: Path) -> None:
    torch.save({"weights": torch.ones(3)}, tmp_path / "a.pt")
    with pytest.raises(UsageError, match="not a checkpoint"):
        load(tmp_path / "a.pt")


def test_links_and_pruning(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=2)
    for step in range(1, 7):
        checkpoints.save(step, state(step), best_step=2 if step >= 2 else 1)
    assert [path.name for path in checkpoints.numbered()] == ["000002.pt", "000005.pt", "000006.pt"]
    assert load(tmp_path / "last.pt")["step"] == 6
    assert load(tmp_path / "best.pt")["step"] == 2
    assert sorted(path.name for path in tmp_path.glob("*.sha256")) == [
        "000002.pt.sha256",
        "000005.pt.sha256",
        "000006.pt.sha256",
    ]


def test_where_links_cannot_be_made_copies_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    checkpoints = Checkpoints(tmp_path, keep=1)
    checkpoints.save(1, state(1), best_step=1)
    checkpoints.save(2, state(2), best_step=1)
    assert load(tmp_path / "best.pt")["step"] == 1
    assert load(tmp_path / "last.pt")["step"] == 2
    assert not (tmp_path / "last.pt").is_symlink()
    assert [path.name for path in checkpoints.numbered()] == ["000001.pt", "000002.pt"]


def test_a_system_that_takes_no_hints_saves_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("os.posix_fadvise", refuse, raising=False)
    save(tmp_path / "a.pt", state(1))
    monkeypatch.delattr("os.posix_fadvise")
    save(tmp_path / "b.pt", state(2))
    assert [load(tmp_path / name)["step"] for name in ("a.pt", "b.pt")] == [1, 2]


@pytest.mark.fault(4)
@pytest.mark.parametrize("where", ["os.replace", "os.fsync"])
def test_a_save_that_fails_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints", keep=1)
    checkpoints.save(1, state(1))

    def fail(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(where, fail)
        with pytest.raises(OSError, match="No space left"):
            checkpoints.save(2, state(2))
    assert newest(checkpoints.numbered())[1]["step"] in (1, 2)
    assert (tmp_path / "checkpoints" / "000001.pt").exists()


@pytest.mark.fault(3)
def test_a_damaged_newest_checkpoint_gives_way_to_the_one_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import logging

    monkeypatch.setattr(logging.getLogger("gan_runner"), "propagate", True)
    checkpoints = Checkpoints(tmp_path / "checkpoints", keep=3)
    for step in (1, 2, 3):
        checkpoints.save(step, state(step))
    (tmp_path / "checkpoints" / "000003.pt").write_bytes(b"")
    with caplog.at_level("WARNING"):
        assert newest(checkpoints.numbered())[1]["step"] == 2
    assert "000003.pt is of no use" in caplog.text
    for path in checkpoints.numbered():
        path.write_bytes(b"")
    with pytest.raises(UsageError, match="none of its 3 checkpoints can be read"):
        newest(checkpoints.numbered())


@pytest.mark.fault(2)
@pytest.mark.fault(38)
def test_rewinding_sets_the_abandoned_future_aside_and_clears_half_written_files(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=1)
    checkpoints.keep = 9
    for step in (2, 4, 6, 8):
        checkpoints.save(step, state(step), best_step=8)
    (tmp_path / ".000010.pt.tmp-77").write_bytes(b"half")
    (tmp_path / "000010.pt.sha256").write_text("its file was never renamed")
    (tmp_path / "000001.pt.sha256").write_text("its file was deleted")
    checkpoints.rewind(4)
    assert [path.name for path in checkpoints.numbered()] == ["000002.pt", "000004.pt"]
    assert sorted(path.name for path in tmp_path.glob("*.set-aside")) == ["000006.pt.set-aside", "000008.pt.set-aside"]
    assert not list(tmp_path.glob(".*"))
    assert sorted(path.name for path in tmp_path.glob("*.sha256")) == ["000002.pt.sha256", "000004.pt.sha256"]
    checkpoints.keep = 1
    checkpoints.save(5, state(5), best_step=2)
    assert [path.name for path in checkpoints.numbered()] == ["000002.pt", "000005.pt"]
    assert load(tmp_path / "last.pt")["step"] == 5
    assert load(tmp_path / "best.pt")["step"] == 2


def packed(content: bytes, compression: int, name: str = "archive/data/0") -> bytes:
    """Return a checkpoint with another member, of these bytes."""
    buffer = io.BytesIO()
    torch.save({"format": 1, "step": 1}, buffer)
    with zipfile.ZipFile(buffer, "a", compression) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.fault(28)
@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_is_refused_unread(tmp_path: Path, compression: int) -> None:
    bomb = packed(bytes(2**26), compression)
    assert len(bomb) < 2**18
    (tmp_path / "a.pt").write_bytes(bomb)
    tracemalloc.start()
    with pytest.raises(UsageError, match="of no use: it is compressed"):
        load(tmp_path / "a.pt")
    assert tracemalloc.get_traced_memory()[1] < 2**21
    tracemalloc.stop()


@pytest.mark.fault(28)
def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    content = packed(bytes(3000), zipfile.ZIP_STORED)
    archive = zipfile.ZipFile(io.BytesIO(content))
    entry = content[archive.start_dir :].index(b"archive/data/0") - 46 + archive.start_dir  # type: ignore[attr-defined]
    record, end = content[entry : entry + 60], content[-22:]
    count = len(archive.infolist()) + 9
    end = (
        end[:8]
        + 2 * count.to_bytes(2, "little")
        + (len(content) - 22 - archive.start_dir + 9 * 60).to_bytes(4, "little")
        + end[16:]
    )  # type: ignore[attr-defined]
    (tmp_path / "a.pt").write_bytes(content[:-22] + 9 * record + end)
    assert len(zipfile.ZipFile(tmp_path / "a.pt").infolist()) == count
    with pytest.raises(UsageError, match="claims to hold more than its bytes"):
        load(tmp_path / "a.pt")


@pytest.mark.parametrize("mark", [torch.ones(3), torch.tensor(1), True, 1.0, "1", None, [1], {}])
def test_a_format_that_is_no_number_is_none_of_ours(tmp_path: Path, mark: Any) -> None:
    torch.save({"format": mark}, tmp_path / "a.pt")
    with pytest.raises(UsageError, match="not a checkpoint of this version"):
        load(tmp_path / "a.pt")


@pytest.mark.fuzz
@pytest.mark.fault(20)
@settings(max_examples=60)
@given(with_digest=st.booleans(), data=st.data())
def test_no_damage_to_a_checkpoint_is_more_than_a_sentence(
    tmp_path: Path, damage: Any, refused_at_most: Any, with_digest: bool, data: st.DataObject
) -> None:
    path = tmp_path / "a.pt"
    whole = {"weights": torch.arange(5.0), "step": 3, "words": ["a", None]}
    save(path, whole)
    path.write_bytes(damage(data, path.read_bytes()))
    if not with_digest:
        digest_path(path).unlink()
    loaded: dict[str, Any] = {}
    with refused_at_most():
        loaded = load(path)
    if not loaded:
        return
    assert torch.equal(loaded["weights"], whole["weights"]) or not with_digest
    assert {key: loaded[key] for key in ("step", "words")} == {key: whole[key] for key in ("step", "words")}
