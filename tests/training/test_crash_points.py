"""A save that dies at any call it makes of the system, or in the middle of any write, costs at most itself."""

import functools
import io
import itertools
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from gan_runner.folder import newest
from gan_runner.training.checkpoint import Checkpoints, load

DIED = 9
REFUSED = 28
SURVIVED = 7
CALLS = [(io, "open"), (os, "open"), (os, "fsync"), (os, "replace"), (os, "unlink"), (os, "symlink")]


def state(step: int) -> dict[str, Any]:
    return {"weights": torch.full((50, 50), float(step)), "step": step}


def in_child(work: Callable[[], int]) -> int:
    """Run ``work`` in a copy of this process, as a kill is to take no test with it, and return how it ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = work()
        except OSError:
            code = REFUSED
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def save(folder: Path, step: int) -> None:
    Checkpoints(folder, keep=1).save(step, state(step), best_step=1)


def prepared(folder: Path) -> Path:
    """Return a folder with the checkpoints 1, the best, and 2, the last: saving 3 writes, moves a link and deletes."""
    for step in (1, 2):
        save(folder, step)
    return folder


def assert_nothing_is_lost(folder: Path, saved: tuple[int, ...]) -> None:
    """After the death of the save of step 3: all that can be found is whole, and the next start clears up."""
    checkpoints = Checkpoints(folder, keep=1)
    path, content = newest(checkpoints.numbered())
    assert path == checkpoints.numbered()[-1], "a numbered checkpoint was left half written"
    assert content["step"] in saved
    for file in [*checkpoints.numbered(), folder / "last.pt", folder / "best.pt"]:
        found = load(file)
        assert torch.equal(found["weights"], state(found["step"])["weights"])
    assert load(folder / "best.pt")["step"] == 1
    checkpoints.rewind(content["step"])
    assert not list(folder.glob(".*"))
    save(folder, 4)
    assert [file.name for file in checkpoints.numbered()] == ["000001.pt", "000004.pt"]
    assert load(folder / "last.pt")["step"] == 4


def struck_save(folder: Path, module: ModuleType, call: str, number: int, how: str) -> int:
    """Save step 3 while the ``number``-th use of a call ends this process before or after it, or is refused.

    Returns 0 if there were fewer uses, SURVIVED if the save could do without.
    """
    plain, count = getattr(module, call), 0

    def struck(*args: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == number and how == "refused":
            raise OSError(REFUSED, "No space left on device")
        if count == number and how == "before":
            os._exit(DIED)
        result = plain(*args, **named)
        if count == number:
            os._exit(DIED)
        return result

    setattr(module, call, struck)
    save(folder, 3)
    return 0 if count < number else SURVIVED


@pytest.mark.fault(2)
@pytest.mark.parametrize("how", ["before", "after", "refused"])
@pytest.mark.parametrize(("module", "call"), CALLS, ids=lambda it: getattr(it, "__name__", it))
def test_each_call_in_turn(tmp_path: Path, module: ModuleType, call: str, how: str) -> None:
    for number in itertools.count(1):
        folder = prepared(tmp_path / str(number))
        ended = in_child(functools.partial(struck_save, folder, module, call, number, how))
        assert ended in (0, SURVIVED, REFUSED if how == "refused" else DIED)
        assert_nothing_is_lost(folder, saved=(3,) if ended in (0, SURVIVED) else (2, 3))
        if ended == 0:
            break
    assert number > 1, f"a save makes no call of {module.__name__}.{call}"


def limit(size: int, die: bool) -> None:
    """Let the system refuse to make a file longer than ``size``, or kill the process that tries."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if die else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.fault(2)
@pytest.mark.fault(4)
@pytest.mark.parametrize("die", [True, False], ids=["killed", "refused"])
@pytest.mark.parametrize("part", range(17))
def test_in_the_middle_of_a_write(tmp_path: Path, part: int, die: bool) -> None:
    size = (prepared(tmp_path) / "000002.pt").stat().st_size * part // 17

    def work() -> int:
        limit(size, die)
        save(tmp_path, 3)
        return 0

    assert in_child(work) == (-signal.SIGXFSZ if die else REFUSED)
    assert die or not list(tmp_path.glob(".*")), "a save that is refused leaves no temporary file"
    assert_nothing_is_lost(tmp_path, saved=(2,))
