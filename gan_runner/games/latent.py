"""Games whose samples come from one generator and a latent prior: how it is sampled."""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor, nn

from gan_runner import ranks
from gan_runner.games.base import Draw, Game
from gan_runner.games.prior import Prior
from gan_runner.games.sampling import sampling_mode
from gan_runner.types import Batch, Generated

SAMPLE_BATCH = 500
"""Samples are generated this many at a time: enough to be fast, little enough to fit anywhere."""


class LatentGame(Game):
    """A game with a network ``generator`` on latents from ``prior``; ``classes`` is the number of labels, 0 without."""

    averaged = ("generator",)

    def __init__(self, prior: Prior, sampling: Literal["running", "batch"], classes: int) -> None:
        self.prior = prior
        self.sampling: Literal["running", "batch"] = sampling
        self.classes = classes

    @property
    def conditional(self) -> bool:
        """Whether the generator makes what its labels ask for."""
        return bool(getattr(self.networks["generator"], "conditional", False))

    def draw(self, batch: Batch) -> Draw:
        """Return ``batch`` with as many latents: this rank's of those drawn for the whole batch."""
        count = batch.real.shape[0]
        return Draw(batch, self.prior.draw(count * ranks.size(), batch.real.device)[ranks.share(count)])

    def batches(
        self,
        count: int,
        rng: torch.Generator,
        networks: nn.ModuleDict | None = None,
        labels: Tensor | None = None,
        truncation: float | None = None,
    ) -> Iterator[Generated]:
        """Yield ``count`` generated samples of ``labels`` ``[count]``, or of any drawn with ``rng``, every class alike.

        ``truncation`` is that of `Prior.draw`.
        """
        device = torch.device("cpu")
        for start in range(0, count, SAMPLE_BATCH):
            size = min(SAMPLE_BATCH, count - start)
            latent = self.prior.draw(size, device, rng, truncation)
            asked = None if labels is None else labels[start : start + size]
            if self.conditional and asked is None:
                asked = torch.randint(self.classes, (size,), generator=rng)
            yield Generated(self.generate(latent, asked, networks), asked)

    def generate(self, latent: Tensor, labels: Tensor | None = None, networks: nn.ModuleDict | None = None) -> Tensor:
        """Return the float32 samples ``[B, *shape]`` of ``latent`` ``[B, Z]`` and ``labels`` ``[B]``.

        Batch norm uses what the architecture's ``sampling`` says; training state is left untouched.
        """
        generator = (networks or self.networks)["generator"]
        device = next(generator.parameters()).device
        with sampling_mode(generator, self.sampling):
            samples: Tensor = generator(latent.to(device), None if labels is None else labels.to(device))
        return samples.float()

    def _fake(self, draw: Draw) -> Tensor:
        fake: Tensor = self.networks["generator"](draw.latent, draw.batch.labels)
        return fake
