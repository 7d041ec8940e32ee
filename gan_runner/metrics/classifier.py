"""What a classifier, trained on the labelled data itself, thinks of generated pictures."""

import logging
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics import cache
from gan_runner.metrics.base import Direction, Metric
from gan_runner.metrics.batches import EXAMINE_BATCH, batches_of, random_part
from gan_runner.metrics.features import DIRECTIONS, PAIR_SECONDS, RealFeatures, check_neighbours, statistics
from gan_runner.metrics.judge import classes_per_channel, digest_of, examine, new_judge, train_judge
from gan_runner.types import Generated

log = logging.getLogger(__name__)

VERSION = 3
"""Part of the cache's file names: to be raised whenever the judge or what is kept of the data changes."""
REAL_PICTURES = 100_000
TRUSTWORTHY = 0.9
PIXELS_PER_SECOND = 2e7
"""Pixels looked at per second on one CPU core; measured."""
Value = Literal["classes", "kl", "confidence", "fid", "kid", "precision", "recall", "density", "coverage"]


class Classifier(Metric):
    """Coverage of the classes and closeness to the data, seen through a small classifier of the data.

    Each of ``samples`` generated pictures counts for the class it is most likely of. Values:

    ``classes``     classes covered: those that receive at least 0.1/K of the samples (1 % for K = 10)
    ``kl``          sum p log(p/q) in nats, of the generated histogram p from the data's q (a class that the data lack
                    counts as if it were there once)
    ``confidence``  mean probability of the likeliest class, 0..1
    ``fid``         Frechet distance (arXiv:1706.08500) of the 128 features before the classifier's last layer, between
                    the samples and the data (at most 100,000 of them). It compares runs on one data set with each
                    other; it is not the FID of the literature, which takes Inception's features.
    ``kid``, ``precision``, ``recall``, ``density``, ``coverage``
                    on the same features, of the first ``neighbours`` samples and as many of the data: see
                    `neighbours.compare`
    ``accuracy``    of a generator that is told the class: share of samples that are of the class asked for

    ``per_channel`` is for stacked sets, whose classes are the combinations of what the channels show: one classifier
    looks at each channel by itself, as in VEEGAN (arXiv:1705.07761) and PacGAN (arXiv:1712.04086), and the features are
    those of all channels side by side.

    The classifier, its accuracy and the data's statistics are kept in the cache folder, by data fingerprint.
    """

    directions: ClassVar[Mapping[str, Direction]] = {
        "classes": "max",
        "kl": "min",
        "confidence": "max",
        **DIRECTIONS,
        "accuracy": "max",
    }

    def __init__(
        self,
        samples: int = 10_000,
        neighbours: int = 5_000,
        per_channel: bool = False,
        monitor: Value = "fid",
    ) -> None:
        if samples < 2:
            raise ValueError(f"samples must be a number of pictures, got {samples}; allowed 2 or more; 10000 is usual")
        check_neighbours(neighbours, monitor)
        self.samples = samples
        self.monitor = monitor
        self._neighbours = neighbours
        self._per_channel = per_channel

    def check(self, source: Source) -> None:
        """Raise UsageError unless the source holds labelled pictures."""
        if source.is_points:
            raise UsageError(
                f"metric=classifier needs labelled pictures; got data {source.name} (points); "
                "use metric=modes or metric=none"
            )
        if source.labels is None or not source.classes:
            raise UsageError(
                f"metric=classifier needs labelled pictures; got data {source.name} without labels; use metric=none"
            )
        if len(source) < 7:
            raise UsageError(
                f"metric=classifier holds out 1/7 of the pictures; got data {source.name} with {len(source)}; "
                "use 7 or more, or metric=none"
            )
        classes, channels = len(source.classes), source.shape[0]
        if self._per_channel and classes_per_channel(source.shape, classes) ** channels != classes:
            raise UsageError(
                f"metric.per_channel is for stacked sets; got data {source.name}, whose {classes} classes are not the "
                f"combinations of equally many in each of {channels} channels; use metric=classifier"
            )

    def prepare(self, source: Source, device: torch.device) -> None:
        """Load the trained classifier and the data's statistics, or compute and keep them (20 s for MNIST)."""
        self._device = device
        self._pixels = math.prod(source.shape)
        kind = f"{len(source.classes)}{'-per-channel' if self._per_channel else ''}"
        name = f"classifier-v{VERSION}-{kind}-{source.fingerprint}.pt"
        state = cache.load(name)
        if state is None:
            state = _learn(source, device, self._per_channel)
            cache.save(name, state)
        self._judge = new_judge(source, device, self._per_channel).eval()
        self._judge.load_state_dict(state["judge"])
        self._real = RealFeatures(state["features"], self._neighbours)
        self._shares, self._accuracy = state["shares"], state["accuracy"]
        if state["accuracy"] < TRUSTWORTHY:
            log.warning(
                "the classifier is right on only %.1f %% of held-out data %s: take its judgement with care",
                100 * state["accuracy"],
                source.name,
            )

    def evaluate(self, batches: Iterable[Generated]) -> dict[str, float]:
        """Return the values of the class's description; the pairwise ones unless there are too few pictures."""
        asked: list[Tensor] = []

        def pictures() -> Iterator[Tensor]:
            for samples, labels in batches:
                if labels is not None:
                    asked.append(labels.cpu())
                yield from torch.split(samples.to(self._device), EXAMINE_BATCH)

        opinion = examine(self._judge, pictures())
        count = len(self._shares)
        shares = torch.bincount(opinion.predicted, minlength=count).double() / len(opinion.predicted)
        values = {
            "classes": float((shares >= 0.1 / count).sum()),
            "kl": float(torch.xlogy(shares, shares / self._shares).sum()),
            "confidence": float(opinion.confidence.double().mean()),
        } | self._real.compare(opinion.features)
        if asked:
            values["accuracy"] = float((torch.cat(asked) == opinion.predicted).double().mean())
        return values

    def predicted(self, pictures: Tensor) -> Tensor:
        """Return the class ``[N]`` that each of ``pictures`` ``[N, *shape]`` is most likely of."""
        return examine(self._judge, torch.split(pictures.to(self._device), EXAMINE_BATCH)).predicted

    def describe(self, values: Mapping[str, float]) -> str:
        """Return e.g. ``10 of 10 classes, KL 0.012, FID on classifier features 3.41``."""
        asked = f", {100 * values['accuracy']:.1f} % of the class asked for" if "accuracy" in values else ""
        return (
            f"{values['classes']:.0f} of {len(self._shares)} classes, KL {values['kl']:.3f}, "
            f"FID on classifier features {values['fid']:.2f}{asked}"
        )

    def seconds(self) -> float:
        """Return what looking at the samples takes, and comparing pairs of them."""
        return self.samples * self._pixels / PIXELS_PER_SECOND + self._real.neighbours**2 * PAIR_SECONDS

    def provenance(self) -> dict[str, Any]:
        """Return the numbers of pictures on either side, and the classifier's digest and accuracy on held-out data."""
        return {
            "samples": self.samples,
            "real": self._real.count,
            "neighbours": self._real.neighbours,
            "classifier": digest_of(self._judge),
            "classifier_accuracy": self._accuracy,
        }

    def goal(self) -> dict[str, float]:
        """Return that all classes are covered."""
        return {"classes": float(len(self._shares))}


def _learn(source: Source, device: torch.device, per_channel: bool) -> dict[str, Any]:
    """Return all that depends on the data alone, on the CPU."""
    assert source.labels is not None
    judge, accuracy = train_judge(source, device, per_channel)
    some = random_part(source, REAL_PICTURES, seed=1).sort().values
    features = examine(judge, batches_of(source, some, device)).features
    counts = torch.bincount(source.labels, minlength=len(source.classes))
    return {
        "judge": {name: weight.cpu() for name, weight in judge.state_dict().items()},
        "features": statistics(features),
        "shares": counts.clamp(min=1).double() / len(source),
        "accuracy": accuracy,
    }
