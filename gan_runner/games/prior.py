"""The latent prior."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor


@dataclass(frozen=True)
class Prior:
    """Latents of ``dim`` independent numbers: ``normal`` is N(0, 1), ``uniform`` is U(-1, 1)."""

    dim: int
    distribution: Literal["normal", "uniform"] = "normal"

    def __post_init__(self) -> None:
        if self.dim < 1:
            raise ValueError(f"dim, got {self.dim}; allowed: 1 or more")

    def draw(self, count: int, device: torch.device, rng: torch.Generator | None = None) -> Tensor:
        """Return latents ``[count, dim]`` on ``device``.

        With ``rng``, a CPU generator, they are the same on every device; without, they come from the global one.
        """
        where = torch.device("cpu") if rng is not None else device
        if self.distribution == "normal":
            latent = torch.randn(count, self.dim, generator=rng, device=where)
        else:
            latent = torch.rand(count, self.dim, generator=rng, device=where).mul_(2.0).sub_(1.0)
        return latent.to(device)
