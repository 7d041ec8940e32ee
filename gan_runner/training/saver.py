"""Checkpoints written while training goes on."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from gan_runner.training.checkpoint import Checkpoints

log = logging.getLogger(__name__)


class Saver:
    """Writes checkpoints in a thread, one at a time: training waits for the one before, if that is not done yet.

    A context, at whose end the last one is on the disk, or has failed.
    """

    def __init__(self, checkpoints: Checkpoints, saved: int) -> None:
        self._checkpoints = checkpoints
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="save")
        self._writing: Future[None] | None = None
        self._step = saved
        self.saved = saved
        """The step whose checkpoint is on the disk, or that needs none."""

    def begin(self, step: int, content: dict[str, Any], best_step: int | None) -> None:
        """Begin to write ``content``, which nobody changes any more, as the checkpoint of ``step``."""
        self._step = step
        self._writing = self._thread.submit(self._write, step, content, best_step)

    def finish(self) -> None:
        """Wait until nothing is being written; if the disk has refused, warn: the next may succeed."""
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            writing.result()
        except OSError as error:
            log.warning("step %d is not saved: %s; older checkpoints are untouched", self._step, error)
        else:
            self.saved = self._step

    def _write(self, step: int, content: dict[str, Any], best_step: int | None) -> None:
        self._checkpoints.save(step, content, best_step)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()
        self._thread.shutdown()
