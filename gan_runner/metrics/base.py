"""What a metric is: something prepared once from the data, then asked for numbers about generated samples."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_runner.data.source import Source

Sample = Callable[[int], Tensor]
"""``sample(count)`` returns ``[count, *shape]`` generated samples, the same ones for the same networks every time."""


class Metric(ABC):
    """Numbers about generated samples.

    ``monitor`` names the value that decides which checkpoint is best, ``mode`` whether small or large is good.
    """

    monitor: ClassVar[str]
    mode: ClassVar[Literal["min", "max"]] = "min"

    @abstractmethod
    def check(self, source: Source) -> None:
        """Raise UsageError if this metric cannot judge such data; reads no pixels, costs nothing."""

    @abstractmethod
    def prepare(self, source: Source, device: torch.device) -> None:
        """Compute or load whatever depends on the data alone; called once, before the first evaluation."""

    @abstractmethod
    def evaluate(self, sample: Sample) -> dict[str, float]:
        """Return the values by name."""

    @abstractmethod
    def describe(self, values: dict[str, float]) -> str:
        """Return one short phrase for a person, e.g. ``8 of 8 modes, 93 % within 3 sd``."""
