"""The running average of a network's weights, which samples better than the weights themselves (arXiv 1806.04498)."""

import copy

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of ``networks``' parameters; buffers (batch norm's statistics) are copied.

    After update number n (from 1):  average <- d average + (1 - d) weights,  d = min(decay, n / (n + 9)).
    The ramp lets the average leave the random initial weights behind within a few dozen steps.
    """

    def __init__(self, networks: nn.ModuleDict, decay: float) -> None:
        self.networks = copy.deepcopy(networks).requires_grad_(False)
        self.decay = decay
        self.updates = 0
        self._averaged: list[Tensor] = list(self.networks.parameters())
        self._current: list[Tensor] = list(networks.parameters())
        self._buffers = list(zip(self.networks.buffers(), networks.buffers(), strict=True))

    @torch.no_grad()
    def update(self) -> None:
        """Move the average towards the current weights."""
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 9))
        torch._foreach_lerp_(self._averaged, self._current, 1.0 - decay)
        for averaged, current in self._buffers:
            averaged.copy_(current)

    def state_dict(self) -> dict[str, object]:
        """Return the averaged networks and the number of updates."""
        return {"networks": self.networks.state_dict(), "updates": self.updates}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Restore what ``state_dict`` returned."""
        self.networks.load_state_dict(state["networks"])  # type: ignore[arg-type]
        self.updates = int(state["updates"])  # type: ignore[call-overload]
