"""Doing the same thing many times in parallel processes that end when they should."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, TypeVar

from gan_runner.errors import UsageError

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_processes(function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int | None) -> Iterator[Result]:
    """Yield ``function(task)`` of each task as they get done, from ``jobs`` processes (None: one a core).

    Whatever ends the iteration early, an error or Ctrl-C, ends the processes at once. Raises what the function raises,
    and UsageError if a process is killed.
    """
    if not tasks:
        return
    with pool(min(jobs or cores(), len(tasks)), begin) as processes:
        try:
            for future in as_completed([processes.submit(function, task) for task in tasks]):
                yield future.result()
        except BrokenProcessPool as error:
            raise UsageError("a process was killed, maybe for want of memory; try fewer of them, jobs=1") from error


@contextlib.contextmanager
def pool(jobs: int, initializer: Callable[..., None], *arguments: Any) -> Iterator[ProcessPoolExecutor]:
    """Give ``jobs`` processes that begin with ``initializer(*arguments)``, and end them with the context.

    An error or Ctrl-C inside ends them at once, whatever they are at.
    """
    others = multiprocessing.active_children()
    spawned = multiprocessing.get_context("spawn")
    _shield_tracker()
    executor = ProcessPoolExecutor(jobs, spawned, initializer=initializer, initargs=arguments)
    try:
        yield executor
    except BaseException:
        for process in set(multiprocessing.active_children()) - set(others):
            process.kill()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _shield_tracker() -> None:
    """Start Python's tracker of shared resources so that a lost terminal does not end it before us, with tracebacks.

    It ignores SIGINT and SIGTERM by itself; SIGHUP it ignores if it is born with that.
    """
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        resource_tracker.ensure_running()
    finally:
        signal.signal(signal.SIGHUP, before)


def cores() -> int:
    """Return the number of processor cores this process may use: those that it may run on, or a container's quota."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):  # no quota, the word for which is "max", or no Linux
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(min(own, int(quota) // int(period)), 1)
    return own


def begin() -> None:
    """Prepare a worker process: signals to stop are the parent's affair, and the parent's end is the worker's."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"):  # they reach the whole group, from terminals and schedulers
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Die when the parent does: after its kill -9 nobody would ever close the queue that the process waits at."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
