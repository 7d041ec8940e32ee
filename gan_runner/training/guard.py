"""No update whose loss or gradient is not a finite number is applied."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gan_runner.errors import TrainingFailedError

OnNonfinite = Literal["stop", "skip", "rollback"]
IN_A_ROW = 10
"""Turns of one player passed over, one after the other, after which nothing can be hoped of the next."""


class NotFiniteError(TrainingFailedError):
    """Training has met a number that is not finite; the message names it."""


class Guard:
    """Looks at a player's loss and gradients before its optimizer moves.

    With ``skip`` a turn with a number that is not finite is passed over: weights, optimizer and the networks' buffers
    stay as they were before it; ten in a row are a NotFiniteError. With ``stop`` and ``rollback`` the first one is.
    So that they can stay, `Engine` lets each turn make its own fakes under ``skip``, also where turns share latents.

    A CPU is asked at once. A GPU would have to be waited for, so there (``deferred``) the host hears of it in `told`,
    where it reads the scalars anyway, and the optimizer on the device, the way a gradient scaler tells it: the fused
    Adam, AdamW and SGD listen. Any other one moves nevertheless if the training is to end, and waits for the answer,
    once a turn, if it is to skip.
    """

    def __init__(self, policy: OnNonfinite, networks: nn.ModuleDict, players: Sequence[str], deferred: bool) -> None:
        self.policy = policy
        self.deferred = deferred
        device = next(networks.parameters()).device
        self._buffers = list(networks.buffers()) if policy == "skip" else []
        self._before: list[Tensor] = []
        self._in_a_row = {name: torch.zeros((), device=device) for name in players}
        self._skipped = {name: torch.zeros((), device=device) for name in players}

    def begin(self) -> None:
        """Remember what a turn moves besides the weights, such as batch norm's statistics."""
        self._before = [buffer.clone() for buffer in self._buffers]

    def admits(self, player: str, total: Tensor, gradients: Sequence[Tensor], optimizer: Optimizer) -> bool:
        """Return whether the optimizer is to take its step; on a GPU it may have been told to let that be none.

        ``total`` is what the player minimises, ``gradients`` are those of its weights. Raises NotFiniteError.
        """
        summed = _sum(total, gradients)
        listens = getattr(optimizer, "_step_supports_amp_scaling", False)
        if self.deferred and (listens or self.policy != "skip"):
            finite = summed.isfinite()
            if listens:
                optimizer.found_inf = (~finite).float()  # type: ignore[attr-defined]
            self._count(player, finite)
            return True
        if math.isfinite(summed.item()):
            self._in_a_row[player].zero_()
            return True
        self._count(player, torch.zeros_like(summed, dtype=torch.bool))
        if self.policy != "skip":
            raise NotFiniteError(f"the {'gradient' if total.isfinite() else 'loss'} of the {player}")
        if self._in_a_row[player] >= IN_A_ROW:
            self.told()
        return False

    def told(self) -> dict[str, int]:
        """Return how many turns of each player were passed over, if any; waits for the device.

        Raises NotFiniteError if they are more than the policy lets pass.
        """
        for player, row in self._in_a_row.items():
            if row >= IN_A_ROW or (self.policy != "skip" and self._skipped[player]):
                turns = f", {int(row)} turns in a row," if row > 1 else ""
                raise NotFiniteError(f"the loss or gradient of the {player}{turns}")
        return {player: int(count) for player, count in self._skipped.items() if count}

    def state_dict(self) -> dict[str, list[int]]:
        """Return of each player how many turns were passed over in a row, and in all."""
        return {name: [int(row), int(self._skipped[name])] for name, row in self._in_a_row.items()}

    def load_state_dict(self, state: Mapping[str, Sequence[int]]) -> None:
        """Go on counting from what ``state_dict`` returned."""
        for name, (row, skipped) in state.items():
            self._in_a_row[name].fill_(row)
            self._skipped[name].fill_(skipped)

    def _count(self, player: str, finite: Tensor) -> None:
        """Count the turn, and put the buffers back where it is passed over."""
        row, skipped = self._in_a_row[player], self._skipped[player]
        row.add_(1.0).mul_(~finite)
        skipped.add_(~finite)
        for buffer, before in zip(self._buffers, self._before, strict=True):
            buffer.copy_(torch.where(finite, buffer, before))


def _sum(total: Tensor, gradients: Sequence[Tensor]) -> Tensor:
    """Return a number that is finite if ``total`` and all ``gradients`` are: a NaN or an infinity stays one in a sum.

    On a CPU plain sums take two thirds of the time of norms; on a GPU the norms of all are two kernels.
    """
    total = total.detach().float()
    if total.device.type == "cpu":
        return torch.stack([total, *(gradient.sum() for gradient in gradients)]).sum()
    return total + torch.nn.utils.get_total_norm(gradients)
