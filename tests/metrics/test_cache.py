import logging
from pathlib import Path

import pytest
import torch

from gan_runner.metrics import cache

VALUE = {
    "weights": torch.arange(1000).float(),
    "nested": {"mean": torch.ones(2, dtype=torch.float64)},
    "accuracy": 0.99,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAN_RUNNER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_folder_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.cache_dir() == tmp_path / "cache"
    monkeypatch.setenv("GAN_RUNNER_CACHE", "~/own")
    assert cache.cache_dir() == tmp_path / "home" / "own"
    monkeypatch.delenv("GAN_RUNNER_CACHE")
    assert cache.cache_dir() == tmp_path / "xdg" / "gan_runner"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert cache.cache_dir() == tmp_path / "home" / ".cache" / "gan_runner"


def test_what_is_saved_is_loaded(folder: Path) -> None:
    assert cache.load("thing.pt") is None
    cache.save("thing.pt", VALUE)
    value = cache.load("thing.pt")
    assert value is not None
    assert torch.equal(value["weights"], VALUE["weights"])
    assert torch.equal(value["nested"]["mean"], VALUE["nested"]["mean"])
    assert value["accuracy"] == 0.99
    assert [path.name for path in folder.iterdir()] == ["thing.pt"]


def test_saving_again_replaces() -> None:
    cache.save("thing.pt", {"accuracy": 1})
    cache.save("thing.pt", {"accuracy": 2})
    assert cache.load("thing.pt") == {"accuracy": 2}


@pytest.mark.parametrize("at", [0, 31, 40, 2000, -1])
def test_one_flipped_bit_is_noticed(folder: Path, at: int, caplog: pytest.LogCaptureFixture) -> None:
    cache.save("thing.pt", VALUE)
    content = bytearray((folder / "thing.pt").read_bytes())
    content[at] ^= 1
    (folder / "thing.pt").write_bytes(content)
    assert cache.load("thing.pt") is None
    assert "damaged" in caplog.text


@pytest.mark.parametrize("keep", [0, 10, 32, 500])
def test_truncation_is_noticed(folder: Path, keep: int) -> None:
    cache.save("thing.pt", VALUE)
    (folder / "thing.pt").write_bytes((folder / "thing.pt").read_bytes()[:keep])
    assert cache.load("thing.pt") is None


def test_what_torch_refuses_to_unpickle_counts_as_missing(caplog: pytest.LogCaptureFixture) -> None:
    cache.save("thing.pt", {"path": Path("x")})  # torch.load(weights_only=True) takes tensors and plain types only
    assert cache.load("thing.pt") is None
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("obstacle", ["file in place of folder", "folder in place of file"])
def test_a_cache_that_cannot_be_written_is_only_a_warning(
    folder: Path, obstacle: str, caplog: pytest.LogCaptureFixture
) -> None:
    if obstacle == "file in place of folder":
        folder.write_text("")
    else:
        (folder / "thing.pt" / "x").mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        cache.save("thing.pt", VALUE)
    assert "GAN_RUNNER_CACHE" in caplog.text
    assert cache.load("thing.pt") is None
    assert not list(folder.parent.rglob(".thing*"))
