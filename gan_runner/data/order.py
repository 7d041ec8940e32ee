"""In which order samples are visited, without end, as a function of a seed and a position."""

import hashlib
from collections.abc import Callable

import torch
from torch import Tensor


class Order:
    """Epoch e visits all ``count`` samples in a random order p_e that depends on ``(seed, e)`` only.

    Position i of the endless sequence is sample p_{i // count}[i % count]. ``shuffle=False`` visits the samples in
    their own order in every epoch. Each position also has a fair coin, for augmentation. All is drawn on the CPU, so
    that it is the same on every device, and then kept on ``device``, so that no batch waits for a transfer.
    """

    def __init__(self, count: int, seed: int, shuffle: bool, device: torch.device) -> None:
        self._count = count
        self._seed = seed
        self._shuffle = shuffle
        self._device = device
        self._epochs: dict[Callable[[int], Tensor], tuple[int, Tensor]] = {}

    def at(self, position: int, count: int) -> Tensor:
        """Return the samples ``[count]`` at the positions from ``position`` on, int64."""
        return self._over_epochs(self._draw_order, position, count)

    def coins(self, position: int, count: int) -> Tensor:
        """Return the coins ``[count]`` of the positions from ``position`` on, bool."""
        return self._over_epochs(self._draw_coins, position, count)

    def _over_epochs(self, draw: Callable[[int], Tensor], position: int, count: int) -> Tensor:
        parts = []
        end = position + count
        while position < end:
            epoch, start = divmod(position, self._count)
            parts.append(self._of_epoch(draw, epoch)[start : start + end - position])
            position += len(parts[-1])
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _of_epoch(self, draw: Callable[[int], Tensor], epoch: int) -> Tensor:
        kept = self._epochs.get(draw)
        if kept is None or kept[0] != epoch:
            kept = self._epochs[draw] = (epoch, draw(epoch).to(self._device))
        return kept[1]

    def _draw_order(self, epoch: int) -> Tensor:
        if not self._shuffle:
            return torch.arange(self._count)
        return torch.randperm(self._count, generator=self._generator(f"epoch {epoch}"))

    def _draw_coins(self, epoch: int) -> Tensor:
        coins = torch.randint(0, 2, (self._count,), dtype=torch.uint8, generator=self._generator(f"coins {epoch}"))
        return coins.bool()

    def _generator(self, purpose: str) -> torch.Generator:
        digest = hashlib.blake2b(f"{self._seed} {purpose}".encode(), digest_size=8).digest()
        return torch.Generator().manual_seed(int.from_bytes(digest, "big"))
