"""What every test may use: composed configs, the real command line, and a cache of its own."""

import contextlib
import functools
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: two threads on a busy machine crawl

import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from gan_runner.errors import UsageError
from gan_runner.run import Request, train
from running import composed

Compose = Callable[..., dict[str, Any]]
Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., list[subprocess.Popen[str]]]
Damage = Callable[[st.DataObject, bytes], bytes]

FUZZ_SECONDS = float(os.environ.get("GAN_RUNNER_FUZZ_SECONDS", 0))
"""For all tests marked fuzz together, on new examples each time; 0: the same few examples in every run of the suite."""
MENDED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=MENDED)
settings.register_profile("fuzz", database=None, deadline=None, suppress_health_check=MENDED)
settings.load_profile("fuzz" if FUZZ_SECONDS else "suite")
FUZZED = pytest.StashKey[int]()
EXAMPLES = pytest.StashKey[dict[str, int]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[FUZZED] = sum(item.get_closest_marker("fuzz") is not None for item in items)
    config.stash[EXAMPLES] = {}
    for item in items:  # a report (--junitxml) carries the faults that a test is marked with: docs/reliability_page.py
        item.user_properties += [("fault", mark.args[0]) for mark in item.iter_markers("fault")]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Repeat a fuzz test for its share of the time asked for, and count what it tried."""
    test, config = pyfuncitem.obj, pyfuncitem.config
    if not FUZZ_SECONDS or pyfuncitem.get_closest_marker("fuzz") is None:
        return (yield)
    end = time.monotonic() + FUZZ_SECONDS / config.stash[FUZZED]
    inner = test.hypothesis.inner_test

    @functools.wraps(inner)
    def counted(*arguments: Any, **named: Any) -> Any:
        examples = config.stash[EXAMPLES]
        examples[pyfuncitem.nodeid] = examples.get(pyfuncitem.nodeid, 0) + 1
        return inner(*arguments, **named)

    test.hypothesis.inner_test = counted
    try:
        result = yield
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        while time.monotonic() < end:
            test(**arguments)
        return result
    finally:
        test.hypothesis.inner_test = inner


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    examples = config.stash.get(EXAMPLES, {})
    for name, count in examples.items():
        terminalreporter.line(f"{count:9,} examples  {name}")
    if examples:
        terminalreporter.line(f"{sum(examples.values()):9,} examples in all")


def damaged(data: st.DataObject, content: bytes) -> bytes:
    """Return ``content`` after one to four edits; each puts some bytes in the place of some, or of all to the end."""
    result = content
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(result)))
        lost = data.draw(st.integers(0, 16) | st.just(len(result)))
        result = result[:at] + data.draw(st.binary(max_size=16)) + result[at + lost :]
    return result


@contextlib.contextmanager
def or_a_sentence() -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        if not str(error).isprintable():
            raise AssertionError(f"more than a line: {error}") from error


@pytest.fixture(scope="session")
def refused_at_most() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """Return a context in which a UsageError of one line may end what is done, and nothing else."""
    return or_a_sentence


@pytest.fixture(scope="session")
def damage() -> Damage:
    """Return the function `damaged`."""
    return damaged


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
