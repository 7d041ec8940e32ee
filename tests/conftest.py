"""What every test may use: composed configs, the real command line, and a cache of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: two threads on a busy machine crawl

import torch
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from gan_runner.cli.app import conf_dir, register_resolvers

Compose = Callable[..., dict[str, Any]]
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session", autouse=True)
def _one_thread_and_a_cache_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    torch.set_num_threads(1)
    os.environ["GAN_RUNNER_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _randomness_of_its_own() -> None:
    torch.manual_seed(0)  # a test's luck is not to depend on the tests before it


@pytest.fixture
def compose_config() -> Compose:
    """Return a function from overrides to the composed config in plain containers, as the commands see it."""
    register_resolvers()

    def composed(*overrides: str) -> dict[str, Any]:
        GlobalHydra.instance().clear()
        with initialize_config_dir(str(conf_dir()), version_base="1.3"):
            config = OmegaConf.to_container(compose("config", list(overrides)), resolve=True)
        assert isinstance(config, dict)
        return config  # type: ignore[return-value]

    return composed


@pytest.fixture
def gan_train(tmp_path: Path) -> Command:
    """Return a function that runs the real `gan-train` in an empty folder."""

    def run(*arguments: str, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gan_runner.cli.train", *arguments]
        return subprocess.run(
            command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=240, check=False
        )

    return run
