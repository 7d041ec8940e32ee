"""A metric at work in a run: asked without disturbing training, and compared with its best."""

import time
from collections.abc import Iterator, Mapping

import torch

from gan_runner.data.source import Source
from gan_runner.metrics.base import Metric
from gan_runner.training.guard import NotFiniteError
from gan_runner.training.sampler import Sampler
from gan_runner.training.seed import isolated_rng
from gan_runner.types import Generated

TRIAL = 100
"""Samples by which the time of an evaluation is estimated, before the first step."""


class Evaluator:
    """Evaluates a run's samples with one metric: in training, and in the same way afterwards."""

    def __init__(self, metric: Metric, sampler: Sampler) -> None:
        self.metric = metric
        self._sampler = sampler

    def prepare(self, source: Source, device: torch.device) -> None:
        """Let the metric do what depends on the data alone; may take a minute the first time."""
        with isolated_rng():
            self.metric.prepare(source, device)

    def announcement(self) -> str:
        """Return a line on how long an evaluation will take, from a trial of the generator."""
        count = min(TRIAL, self.metric.samples)
        self._sampler(count)  # the first batch pays for what is set up once
        start = time.perf_counter()
        self._sampler(count).cpu()
        seconds = (time.perf_counter() - start) * self.metric.samples / count + self.metric.seconds()
        return f"an evaluation judges {self.metric.samples:,} samples and takes about {max(seconds, 1):.0f} s"

    def evaluate(self) -> dict[str, float]:
        """Return the metric's values of the samples as they are now.

        Raises NotFiniteError if a sample is not a finite number: distances are then undefined.
        """
        with isolated_rng():
            torch.manual_seed(self._sampler.seed)  # for a generator with noise of its own
            return self.metric.evaluate(_finite(self._sampler.batches(self.metric.samples)))

    def goal(self) -> dict[str, float]:
        """Return the values of a run that learned all of the data."""
        return self.metric.goal()

    def is_better(self, values: Mapping[str, float], best: Mapping[str, float]) -> bool:
        """Return whether ``values`` beat the ``best`` so far; anything beats an empty best."""
        if not best:
            return True
        monitor = self.metric.monitor
        new, old = values[monitor], best[monitor]
        return new < old if self.metric.directions[monitor] == "min" else new > old


def _finite(batches: Iterator[Generated]) -> Iterator[Generated]:
    for batch in batches:
        if not batch.samples.isfinite().all():
            raise NotFiniteError("a sample")
        yield batch
