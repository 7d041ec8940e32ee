"""The latent prior."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from gan_runner.types import Codes

Distribution = Literal["normal", "uniform", "uniform01", "uniform_sd1", "minmax"]
BOUNDS = {"uniform": (-1.0, 1.0), "uniform01": (0.0, 1.0), "uniform_sd1": (-(3**0.5), 3**0.5)}


@dataclass(frozen=True)
class Prior:
    """Latents of ``dim`` independent numbers, and of codes to be found again in the samples (InfoGAN, 1606.03657).

    ``normal`` is N(0, 1), ``uniform`` U(-1, 1), ``uniform01`` U(0, 1), ``uniform_sd1`` the uniform distribution of
    variance 1; ``minmax`` is N(0, 1), each latent then shifted and scaled to reach from 0 to 1 (MATLAB's mapminmax).
    ``categorical`` appends a one-hot vector of each of these sizes, every class equally likely, and ``continuous`` so
    many numbers from U(-1, 1).
    """

    dim: int
    distribution: Distribution = "normal"
    categorical: Sequence[int] = ()
    continuous: int = 0

    def __post_init__(self) -> None:
        if self.dim < 1:
            raise ValueError(f"dim, got {self.dim}; allowed: 1 or more")
        if self.distribution == "minmax" and self.dim < 2:
            raise ValueError(f"dim with distribution=minmax, got {self.dim}; allowed: 2 or more, the ends of the scale")
        if any(size < 2 for size in self.categorical):
            raise ValueError(f"categorical, got {list(self.categorical)}; allowed: sizes of 2 or more, e.g. [10]")
        if self.continuous < 0:
            raise ValueError(f"continuous, got {self.continuous}; allowed: 0 or more numbers")

    @property
    def codes(self) -> Codes:
        """How a latent is laid out."""
        return Codes(self.dim, tuple(self.categorical), self.continuous)

    def draw(
        self,
        count: int,
        device: torch.device,
        rng: torch.Generator | None = None,
        truncation: float | None = None,
    ) -> Tensor:
        """Return latents ``[count, Z]`` on ``device``: noise, one-hot codes, continuous codes.

        With ``rng``, a CPU generator, they are the same on every device; without, they come from the global one.
        With ``truncation`` normal noise stays within -truncation..truncation, as if numbers beyond were drawn again
        (Brock et al., arXiv 1809.11096): samples that are more alike, and more like most of the data.
        """
        where = torch.device("cpu") if rng is not None else device
        parts = [self._noise(count, where, rng) if truncation is None else self._truncated(count, truncation, rng)]
        for size in self.categorical:
            chosen = torch.randint(size, (count,), generator=rng, device=where)
            parts.append(torch.zeros(count, size, device=where).scatter_(1, chosen[:, None], 1.0))
        if self.continuous:
            parts.append(torch.rand(count, self.continuous, generator=rng, device=where).mul_(2.0).sub_(1.0))
        return (torch.cat(parts, 1) if len(parts) > 1 else parts[0]).to(device)

    def check_truncation(self, truncation: float | None) -> None:
        """Raise ValueError unless `draw` can keep to ``truncation``."""
        if truncation is None:
            return
        if self.distribution != "normal":
            raise ValueError(
                f"truncation, got {truncation:g} for {self.distribution} latents; allowed: with normal ones"
            )
        if not truncation > 0:
            raise ValueError(f"truncation, got {truncation:g}; allowed: more than 0; 0.5 to 2 is usual")

    def _truncated(self, count: int, truncation: float, rng: torch.Generator | None) -> Tensor:
        self.check_truncation(truncation)
        noise = torch.empty(count, self.dim)
        return torch.nn.init.trunc_normal_(noise, 0.0, 1.0, -truncation, truncation, generator=rng)

    def _noise(self, count: int, where: torch.device, rng: torch.Generator | None) -> Tensor:
        if self.distribution in BOUNDS:
            low, high = BOUNDS[self.distribution]
            return torch.rand(count, self.dim, generator=rng, device=where).mul_(high - low).add_(low)
        noise = torch.randn(count, self.dim, generator=rng, device=where)
        if self.distribution == "normal":
            return noise
        low_end, high_end = noise.aminmax(dim=1, keepdim=True)
        return (noise - low_end) / (high_end - low_end)
