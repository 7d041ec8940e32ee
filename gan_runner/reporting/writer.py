"""Where a run's numbers and pictures go: one writer, several backends, and none of them may stop the training."""

# ruff: noqa: B027 - a backend leaves out what it has no use for

import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # tools that only read run folders import this package, and torch takes a second
    from torch import Tensor

Scalar = str | int | float | bool

log = logging.getLogger(__name__)


class Backend(ABC):
    """One form of a run's record, kept in the run's folder.

    ``start_step`` is the step from which training goes on: 0 on a fresh run, k after a resume. Whatever the folder
    already holds for later steps (the process before went on after its last checkpoint) must be dropped; on a fresh
    run, everything. All methods may raise: the `Writer` deals with it.
    """

    essential: ClassVar[bool] = False
    """Whether to go on trying after an error instead of giving this backend up."""

    @abstractmethod
    def __init__(self, folder: Path, start_step: int) -> None: ...

    @abstractmethod
    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Record numbers by name at ``step``."""

    def image(self, step: int, tag: str, picture: "Tensor") -> None:
        """Record a uint8 picture ``[C, H, W]``; by default nothing."""

    def text(self, step: int, tag: str, text: str) -> None:
        """Record a text in markdown; by default nothing."""

    def hparams(self, settings: Mapping[str, Scalar], metrics: Mapping[str, float]) -> None:
        """Record the run's settings next to its results, which are scalars already written; by default nothing."""

    def flush(self) -> None:
        """Bring everything recorded so far to the disk; by default nothing is held back."""

    def close(self) -> None:
        """Flush and let go of the files."""


class Writer:
    """Passes everything on to every backend.

    A backend that raises is reported by one warning and then given up, or, if it is essential, tried again each time:
    a full disk or a removed folder costs a curve, never the training.
    """

    def __init__(self, backends: Sequence[Backend]) -> None:
        self._backends = list(backends)
        self._reported: set[Backend] = set()

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Record numbers by name at ``step``."""
        self._each(lambda backend: backend.scalars(step, values))

    def image(self, step: int, tag: str, picture: "Tensor") -> None:
        """Record a uint8 picture ``[C, H, W]`` at ``step``."""
        self._each(lambda backend: backend.image(step, tag, picture))

    def text(self, step: int, tag: str, text: str) -> None:
        """Record a text in markdown at ``step``."""
        self._each(lambda backend: backend.text(step, tag, text))

    def hparams(self, settings: Mapping[str, Scalar], metrics: Mapping[str, float]) -> None:
        """Record the run's settings next to its results, which are scalars already written."""
        self._each(lambda backend: backend.hparams(settings, metrics))

    def flush(self) -> None:
        """Bring everything recorded so far to the disk."""
        self._each(lambda backend: backend.flush())

    def close(self) -> None:
        """Flush and close every backend."""
        self._each(lambda backend: backend.close())

    def _each(self, call: Callable[[Backend], None]) -> None:
        for backend in list(self._backends):
            try:
                call(backend)
            except Exception as error:
                self._report(backend, error)

    def _report(self, backend: Backend, error: Exception) -> None:
        name = type(backend).__name__
        log.debug("%s failed", name, exc_info=error)
        if backend not in self._reported:
            outcome = "training goes on, and so do the attempts" if backend.essential else "training goes on without it"
            log.warning("%s cannot write (%s: %s); %s", name, type(error).__name__, error, outcome)
            self._reported.add(backend)
        if not backend.essential:
            self._backends.remove(backend)
            with contextlib.suppress(Exception):
                backend.close()
