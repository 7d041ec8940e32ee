"""A metric at work in a run: asked without disturbing training, and compared with its best."""

from collections.abc import Mapping

import torch

from gan_runner.data.source import Source
from gan_runner.metrics.base import Metric, Sample
from gan_runner.training.seed import isolated_rng


class Evaluator:
    """Evaluates a run's samples with one metric."""

    def __init__(self, metric: Metric, sample: Sample) -> None:
        self.metric = metric
        self._sample = sample

    def prepare(self, source: Source, device: torch.device) -> None:
        """Let the metric do what depends on the data alone; may take a minute the first time."""
        with isolated_rng():
            self.metric.prepare(source, device)

    def evaluate(self) -> dict[str, float]:
        """Return the metric's values of the samples as they are now."""
        with isolated_rng():
            return self.metric.evaluate(self._sample)

    def is_better(self, values: Mapping[str, float], best: Mapping[str, float]) -> bool:
        """Return whether ``values`` beat the ``best`` so far; anything beats an empty best."""
        if not best:
            return True
        new, old = values[self.metric.monitor], best[self.metric.monitor]
        return new < old if self.metric.mode == "min" else new > old
