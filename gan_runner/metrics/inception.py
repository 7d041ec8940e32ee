"""The metrics of the literature, on the features of the Inception network that the user has a weight file for."""

import logging
import math
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from gan_runner.data.source import Source
from gan_runner.errors import UsageError
from gan_runner.metrics import cache
from gan_runner.metrics.base import Direction, Metric
from gan_runner.metrics.batches import batches_of, random_part
from gan_runner.metrics.features import DIRECTIONS, RealFeatures, check_neighbours, statistics
from gan_runner.metrics.inception_network import STANDARD, Extractor, load_extractor, read_weights
from gan_runner.types import Generated

log = logging.getLogger(__name__)

VERSION = 1
"""Part of the cache's file names: to be raised whenever what is kept of the data changes."""
REAL_PICTURES = 50_000
PICTURE_SECONDS = 0.3
FRECHET_SECONDS = 15.0
PAIR_SECONDS = 4e-7
"""What the network, two covariances of 2048 features and a pair of pictures take on one CPU core; measured."""
Value = Literal["fid", "kid", "inception_score", "precision", "recall", "density", "coverage"]


class Inception(Metric):
    """Closeness to the data as papers report it, seen by the Inception-v3 of the first FIDs.

    Of ``samples`` generated pictures and of the data, a random 50,000 of them if there are more:

    ``fid``              Frechet distance of the 2048 pooled features (Heusel et al., arXiv:1706.08500)
    ``kid``, ``precision``, ``recall``, ``density``, ``coverage``
                         on the same features, of the first ``neighbours`` samples and as many of the data: see
                         `neighbours.compare`
    ``inception_score``  exp E KL(p(y|x) || p(y)) of the 1008 class probabilities (Salimans et al., arXiv:1606.03498),
                         of all samples at once; the usual mean over ten tenths of 50,000 is a little lower

    The network is torch-fidelity's port of TensorFlow's (`inception_network`); nothing is ever downloaded: ``weights``
    is the user's file and ``sha256`` the first 8 or more hex digits of its digest, without which numbers would not
    compare. Grey pictures are repeated in three channels. Features are float32, statistics float64.

    The data's statistics are kept in the cache folder (115 MB), by data fingerprint and digest of the weights.
    """

    directions: ClassVar[Mapping[str, Direction]] = {**DIRECTIONS, "inception_score": "max"}

    def __init__(
        self,
        weights: str | None = None,
        sha256: str = STANDARD,
        samples: int = 50_000,
        neighbours: int = 5_000,
        monitor: Value = "fid",
    ) -> None:
        if samples < 2:
            raise ValueError(f"samples must be a number of pictures, got {samples}; allowed 2 or more; 50000 is usual")
        if not 8 <= len(sha256) <= 64 or set(sha256.lower()) - set("0123456789abcdef"):
            raise ValueError(f"sha256 must be the first 8 to 64 hex digits of the weight file's, got {sha256!r}")
        check_neighbours(neighbours, monitor)
        self.samples = samples
        self.monitor = monitor
        self._neighbours = neighbours
        self._weights = None if weights is None else Path(weights).expanduser()
        self._sha256 = sha256.lower()

    def check(self, source: Source) -> None:
        """Raise UsageError unless these are pictures, and the network and its weights are there (0.2 s)."""
        if source.is_points or source.shape[0] not in (1, 3):
            kind = "points" if source.is_points else f"{source.shape[0]} channels"
            raise UsageError(
                f"metric=inception needs grey or colour pictures; got data {source.name} ({kind}); "
                f"use {'metric=wasserstein' if source.is_points else 'metric=classifier'} or metric=none"
            )
        if len(source) < 2:
            raise UsageError(f"metric=inception needs 2 pictures or more; got data {source.name} with {len(source)}")
        read_weights(self._weights, self._sha256)

    def prepare(self, source: Source, device: torch.device) -> None:
        """Load the network, and the data's statistics or compute and keep them (a minute on a GPU, hours on a CPU)."""
        content, self._digest = read_weights(self._weights, self._sha256)
        self._extractor = load_extractor(content, device, source.low, source.high)
        name = f"inception-v{VERSION}-{self._digest}-{source.fingerprint}.pt"
        state = cache.load(name)
        if state is None:
            state = _learn(source, self._extractor)
            cache.save(name, state)
        self._real = RealFeatures(state, self._neighbours)

    def evaluate(self, batches: Iterable[Generated]) -> dict[str, float]:
        """Return the values of the class's description; the pairwise ones unless there are too few pictures."""
        score = InceptionScore()
        features = []
        for batch in batches:
            pooled, logits = self._extractor(batch.samples)
            features.append(pooled)
            score.add(logits)
        return {**self._real.compare(torch.cat(features)), "inception_score": score.value()}

    def describe(self, values: Mapping[str, float]) -> str:
        """Return e.g. ``FID 12.34, Inception score 8.12``."""
        return f"FID {values['fid']:.2f}, Inception score {values['inception_score']:.2f}"

    def seconds(self) -> float:
        """Return what the network takes on a CPU core (a GPU is hundreds of times faster), and the distances after."""
        return self.samples * PICTURE_SECONDS + FRECHET_SECONDS + self._neighbours**2 * PAIR_SECONDS

    def provenance(self) -> dict[str, Any]:
        """Return the numbers of pictures on either side, and what the features were made with."""
        return {
            "samples": self.samples,
            "real": self._real.count,
            "neighbours": self._real.neighbours,
            "weights_sha256": self._digest,
            "torch_fidelity": version("torch-fidelity"),
        }


class InceptionScore:
    """exp E KL(p(y|x) || p(y)), with p(y) the mean of p(y|x), of logits given a batch at a time; in float64."""

    def __init__(self) -> None:
        self._count = 0
        self._negentropy = 0.0
        self._probabilities = torch.zeros((), dtype=torch.float64)

    def add(self, logits: Tensor) -> None:
        """Count in the logits ``[B, K]`` of some pictures."""
        logs = logits.double().log_softmax(dim=1)
        self._count += len(logits)
        self._negentropy += float((logs.exp() * logs).sum())
        self._probabilities = self._probabilities + logs.exp().sum(dim=0)

    def value(self) -> float:
        """Return the score, 1 to K: the KL divergence is E sum p(y|x) log p(y|x) less sum p(y) log p(y)."""
        mean = self._probabilities / self._count
        return math.exp(self._negentropy / self._count - float(torch.xlogy(mean, mean).sum()))


def _learn(source: Source, extractor: Extractor) -> dict[str, Any]:
    """Return the statistics of the data's features."""
    some = random_part(source, REAL_PICTURES, seed=1).sort().values
    log.info(
        "computing Inception's features of %d pictures of the data, once; %.0f min on one CPU core, less on a GPU",
        len(some),
        len(some) * PICTURE_SECONDS / 60,
    )
    return statistics(torch.cat([extractor(batch)[0] for batch in batches_of(source, some, extractor.device)]))
