"""What a classifier, trained on the labelled data itself, thinks of generated pictures."""

import logging
from typing import Any

import torch

from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics import cache
from gan_runner.metrics.base import Metric, Sample
from gan_runner.metrics.frechet import frechet_distance, moments
from gan_runner.metrics.judge import EXAMINE_BATCH, batches_of, classes_per_channel, examine, new_judge, train_judge
from gan_runner.metrics.samples import draw

log = logging.getLogger(__name__)

VERSION = 2
"""Part of the cache's file names: to be raised whenever the judge or what is kept of the data changes."""
REAL_PICTURES = 100_000
TRUSTWORTHY = 0.9


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

    ``per_channel`` is for stacked sets, whose classes are the combinations of what the channels show: one classifier
    looks at each channel by itself, as in VEEGAN (arXiv:1705.07761) and PacGAN (arXiv:1712.04086), and the features are
    those of all channels side by side.

    The classifier, its accuracy and the data's statistics are kept in the cache folder, by data fingerprint.
    """

    monitor = "fid"

    def __init__(self, samples: int = 10_000, per_channel: bool = False) -> None:
        if samples < 2:
            raise ValueError(f"samples must be a number of pictures, got {samples}; allowed 2 or more; 10000 is usual")
        self._samples = samples
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
        kind = f"{len(source.classes)}{'-per-channel' if self._per_channel else ''}"
        name = f"classifier-v{VERSION}-{kind}-{source.fingerprint}.pt"
        state = cache.load(name)
        if state is None:
            state = _learn(source, device, self._per_channel)
            cache.save(name, state)
        self._judge = new_judge(source, device, self._per_channel).eval()
        self._judge.load_state_dict(state["judge"])
        self._mean, self._cov = state["mean"], state["cov"]
        self._shares = state["shares"]
        if state["accuracy"] < TRUSTWORTHY:
            log.warning(
                "the classifier is right on only %.1f %% of held-out data %s: take its judgement with care",
                100 * state["accuracy"],
                source.name,
            )

    def evaluate(self, sample: Sample) -> dict[str, float]:
        """Return ``classes``, ``kl``, ``confidence`` and ``fid``."""
        pictures = torch.split(draw(sample, self._samples), EXAMINE_BATCH)
        opinion = examine(self._judge, (part.to(self._device) for part in pictures))
        count = len(self._shares)
        shares = torch.bincount(opinion.predicted, minlength=count).double() / self._samples
        return {
            "classes": float((shares >= 0.1 / count).sum()),
            "kl": float(torch.xlogy(shares, shares / self._shares).sum()),
            "confidence": float(opinion.confidence.double().mean()),
            "fid": frechet_distance(self._mean, self._cov, *moments(opinion.features)),
        }

    def describe(self, values: dict[str, float]) -> str:
        """Return e.g. ``10 of 10 classes, KL 0.012, FID on classifier features 3.41``."""
        return (
            f"{values['classes']:.0f} of {len(self._shares)} classes, KL {values['kl']:.3f}, "
            f"FID on classifier features {values['fid']:.2f}"
        )


def _learn(source: Source, device: torch.device, per_channel: bool) -> dict[str, Any]:
    """Return all that depends on the data alone, on the CPU."""
    assert source.labels is not None
    judge, accuracy = train_judge(source, device, per_channel)
    some = torch.randperm(len(source), generator=torch.Generator().manual_seed(1))[:REAL_PICTURES].sort().values
    mean, cov = moments(examine(judge, batches_of(source, some, device)).features)
    counts = torch.bincount(source.labels, minlength=len(source.classes))
    return {
        "judge": {name: weight.cpu() for name, weight in judge.state_dict().items()},
        "mean": mean,
        "cov": cov,
        "shares": counts.clamp(min=1).double() / len(source),
        "accuracy": accuracy,
    }
