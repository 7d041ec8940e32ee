"""Tests on damaged and hostile input: a few examples each in the suite, and as many as there is time for on demand."""

import contextlib
import functools
import os
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gan_runner.errors import UsageError

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
