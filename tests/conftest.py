"""What every test may use: composed configs, the real command line, and a cache of its own."""

import functools
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: two threads on a busy machine crawl

import torch
from omegaconf import OmegaConf

from gan_runner.run import Request, train
from running import composed

Compose = Callable[..., dict[str, Any]]
Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., list[subprocess.Popen[str]]]

pytest_plugins = ["fuzzing"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a report (--junitxml) carry the faults that a test is marked with: docs/reliability_page.py reads them."""
    for item in items:
        item.user_properties += [("fault", mark.args[0]) for mark in item.iter_markers("fault")]


@pytest.fixture(scope="session", autouse=True)
def _one_thread_and_a_cache_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    torch.set_num_threads(1)
    os.environ["GAN_RUNNER_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _randomness_of_its_own() -> None:
    torch.manual_seed(0)  # a test's luck is not to depend on the tests before it


@pytest.fixture(scope="session")
def compose_config() -> Compose:
    """Return a function from overrides to the composed config in plain containers, as the commands see it."""
    return composed


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function from overrides to the folder of a run that was trained for four steps, once for all tests."""

    @functools.cache
    def folder(*overrides: str) -> Path:
        place = tmp_path_factory.mktemp("run")
        config = composed("trainer=smoke", "metric=none", "logger=none", "trainer.ema=0.5", *overrides)
        files = {"config.yaml": OmegaConf.to_yaml(config), "overrides.yaml": "", "hydra.yaml": ""}
        train(Request(config, {}, files, place, "gan-train"))
        return place

    return folder


@pytest.fixture
def warnings_logged() -> Iterator[list[str]]:
    """The messages of gan_runner at WARNING and above, whether or not another test has cut its tie to the root."""
    messages: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler = Collector(level=logging.WARNING)
    logger = logging.getLogger("gan_runner")
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)


@pytest.fixture
def gan_train(tmp_path: Path) -> Command:
    """Return a function that runs the real `gan-train` in an empty folder."""

    def run(*arguments: str, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gan_runner.cli.train", *arguments]
        return subprocess.run(
            command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=240, check=False
        )

    return run


@pytest.fixture(scope="session")
def start_ranks() -> Iterator[Start]:
    """Return a function that starts Python as so many ranks of one run, without torchrun, which would end them all."""
    started: list[subprocess.Popen[str]] = []

    def start(count: int, *arguments: str, cwd: Path) -> list[subprocess.Popen[str]]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
        ranks = [
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=cwd,
                env=os.environ | address | {"WORLD_SIZE": str(count), "RANK": str(rank), "LOCAL_RANK": str(rank)},
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(count)
        ]
        started.extend(ranks)
        return ranks

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
