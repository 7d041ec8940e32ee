"""What a metric is: something prepared once from the data, then asked for numbers about generated samples."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal

import torch

from gan_runner.data.source import Source
from gan_runner.types import Generated

Direction = Literal["min", "max"]


class Metric(ABC):
    """Numbers about ``samples`` generated samples.

    ``directions`` says of each value whether small or large is good, ``monitor`` which one decides what is best.
    Where they depend on the data, `check` settles ``samples`` and ``monitor``.
    """

    directions: ClassVar[Mapping[str, Direction]]
    samples: int
    monitor: str

    @abstractmethod
    def check(self, source: Source) -> None:
        """Raise UsageError if this metric cannot judge such data; reads no pixels, costs nothing."""

    @abstractmethod
    def prepare(self, source: Source, device: torch.device) -> None:
        """Compute or load whatever depends on the data alone; called once, before the first evaluation."""

    @abstractmethod
    def evaluate(self, batches: Iterable[Generated]) -> dict[str, float]:
        """Return the values by name, of batches that hold ``samples`` finite samples in all."""

    @abstractmethod
    def describe(self, values: Mapping[str, float]) -> str:
        """Return one short phrase for a person, e.g. ``8 of 8 modes, 93 % within 3 sd``."""

    @abstractmethod
    def seconds(self) -> float:
        """Return about how long one CPU core takes to judge the samples; only to tell people how long they wait."""

    @abstractmethod
    def provenance(self) -> dict[str, Any]:
        """Return, once prepared, what else decides the values: counts, and digests of what it judges with."""

    def goal(self) -> dict[str, float]:
        """Return, once prepared, the values that tell a run which covers all of the data; by default none.

        All of them are better when larger, e.g. ``{"classes": 10.0}``.
        """
        return {}
