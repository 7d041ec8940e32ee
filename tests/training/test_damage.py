"""Whatever befell a checkpoint on the disk, it is noticed: an older one serves, or a sentence says why none does."""

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_runner.errors import UsageError
from gan_runner.folder import newest, open_folder
from gan_runner.training.checkpoint import Checkpoints, digest_path, load, save


def state(step: int) -> dict[str, Any]:
    return {"weights": torch.full((20, 20), float(step)), "step": step, "config": {}}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return the newest of two checkpoints of the run in ``tmp_path``."""
    checkpoints = Checkpoints(tmp_path / "checkpoints", keep=2)
    checkpoints.save(1, state(1))
    return checkpoints.save(2, state(2))


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replaced_by_anothers(path: Path) -> None:
    shutil.copyfile(path.with_name("000001.pt"), path)


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "empty": lambda path: path.write_bytes(b""),
    "a byte": lambda path: path.write_bytes(b"P"),
    "text": lambda path: path.write_text("not found"),
    "zeros of its length": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "a folder": replaced_by_a_folder,
    "another checkpoint's content": replaced_by_anothers,
}


@pytest.mark.fault(3)
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_one_before_serves_and_the_file_itself_is_refused_by_name(
    saved: Path, warnings_logged: list[str], damage: str
) -> None:
    DAMAGES[damage](saved)
    found = open_folder(saved.parents[1], "auto", {})
    assert found is not None
    assert found["step"] == 1
    (warning,) = warnings_logged
    assert "000002.pt" in warning
    with pytest.raises(UsageError, match=r"000002\.pt (is of no use|cannot be read): "):
        load(saved)
    with pytest.raises(UsageError, match=r"last\.pt (is of no use|cannot be read): "):
        load(saved.with_name("last.pt"))


@pytest.mark.fault(3)
@pytest.mark.parametrize("with_digest", [True, False])
def test_single_bits_are_noticed_wherever_they_flip(saved: Path, with_digest: bool) -> None:
    whole = saved.read_bytes()
    if not with_digest:
        digest_path(saved).unlink()
    unnoticed = []
    for place in range(32):
        at = len(whole) * place // 32
        flipped = bytearray(whole)
        flipped[at] ^= 1 << place % 8
        saved.write_bytes(flipped)
        try:
            found = load(saved)
        except UsageError:
            continue
        assert torch.equal(found["weights"], state(2)["weights"])  # padding, or a date: not in what is read
        unnoticed.append(at)
    assert not (with_digest and unnoticed)


@pytest.mark.fault(3)
@pytest.mark.parametrize("digest", [None, b"", b"\xff\xfe\0", b"\n"])
def test_without_a_digest_to_go_by_the_archives_own_sums_decide(saved: Path, digest: bytes | None) -> None:
    digest_path(saved).unlink()
    if digest is not None:
        digest_path(saved).write_bytes(digest)
    assert load(saved)["step"] == 2
    data = bytearray(saved.read_bytes())
    data[data.index(torch.full((4,), 2.0).numpy().tobytes()) + 100] ^= 1
    saved.write_bytes(data)
    with pytest.raises(UsageError, match="of no use: it is damaged in"):
        load(saved)


@pytest.mark.fault(3)
def test_a_digest_that_is_not_the_files_is_believed(saved: Path) -> None:
    digest_path(saved).write_text("0" * 64 + "  000002.pt\n")
    with pytest.raises(UsageError, match="its bytes do not match its digest"):
        load(saved)
    assert newest(Checkpoints(saved.parent, 2).numbered())[1]["step"] == 1


@pytest.mark.fault(20)
def test_a_bare_pickle_with_code_in_it_is_refused(tmp_path: Path) -> None:
    class Payload:
        def __reduce__(self) -> Any:
            return (tmp_path / "harm").touch, ()

    (tmp_path / "a.pt").write_bytes(pickle.dumps({"format": 1, "x": Payload()}, protocol=2))
    with pytest.raises(UsageError, match="of no use"):
        load(tmp_path / "a.pt")
    assert not (tmp_path / "harm").exists()


@pytest.mark.fault(18)
def test_a_checkpoint_of_a_gpu_is_read_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("torch.serialization.location_tag", lambda storage: "cuda:1")
        save(tmp_path / "a.pt", state(3))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(RuntimeError, match="CUDA"):
        torch.load(tmp_path / "a.pt", weights_only=True)
    weights = load(tmp_path / "a.pt")["weights"]
    assert weights.device.type == "cpu"
    assert torch.equal(weights, state(3)["weights"])
