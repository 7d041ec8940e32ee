"""Runs for tests: composed and trained in this process, and compared to the last bit."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from gan_runner.cli.app import conf_dir, register_resolvers
from gan_runner.reporting.jsonl import read_metrics
from gan_runner.run import Request, train
from gan_runner.training.checkpoint import load

SMALL = ("data=fake", "trainer=smoke", "arch.generator.width=4", "arch.discriminator.width=4", "logger=none")
POINTS = ("data=gaussian_mixture", "trainer=smoke", "metric=none", "logger=none", "arch.generator.hidden=[16]")


def composed(*overrides: str) -> dict[str, Any]:
    """Return the composed config in plain containers, as the commands see it."""
    register_resolvers()
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        config = OmegaConf.to_container(compose("config", list(overrides)), resolve=True)
    assert isinstance(config, dict)
    return config  # type: ignore[return-value]


def train_config(config: dict[str, Any], folder: Path, resume: str | None = None) -> None:
    """Train ``config`` in ``folder``."""
    config = deepcopy(config) | {"resume": resume or config["resume"]}
    files = {"config.yaml": OmegaConf.to_yaml(config), "overrides.yaml": "", "hydra.yaml": ""}
    train(Request(config, {"loss": "x"}, files, folder, "gan-train"))


def run(folder: Path, *overrides: str) -> None:
    """Train what ``overrides`` compose in ``folder``."""
    train_config(composed(*overrides), folder)


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Compare two checkpoints to the last bit, leaving out the wall clock, the machine and the command typed."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one.keys() - {"seconds", "config", "environment"}:
            assert_same(one[key], other[key], f"{where}/{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for index, pair in enumerate(zip(one, other, strict=True)):
            assert_same(*pair, f"{where}/{index}")
    elif torch.is_tensor(one):
        assert one.dtype == other.dtype, where
        assert torch.equal(one, other), where
    else:
        assert one == other, where


def metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of ``metrics.jsonl`` but for the times."""
    lines = read_metrics(folder / "metrics.jsonl")
    return [{key: value for key, value in line.items() if not key.startswith("time/")} for line in lines]


def assert_same_run(one: Path, other: Path) -> None:
    """Compare the last checkpoint, every logged number and the best step of two runs."""
    assert_same(load(one / "checkpoints" / "last.pt"), load(other / "checkpoints" / "last.pt"))
    assert metrics(one) == metrics(other)
    best = [folder / "checkpoints" / "best.pt" for folder in (one, other)]
    assert best[0].exists() == best[1].exists()
    if best[0].exists():
        assert best[0].resolve().name == best[1].resolve().name
