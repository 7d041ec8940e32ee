"""All regularizers of a game together: who pays which, when, and what it comes to."""

from collections.abc import Mapping

from torch import Tensor, nn

from gan_runner.regularizers.base import Regularizer
from gan_runner.types import Codes, Critic, Side, Turn


class Regularization:
    """The regularizers of a game by name, in the order in which they were chosen."""

    def __init__(self, regularizers: Mapping[str, Regularizer]) -> None:
        self._all = dict(regularizers)
        self.needs_features = any(one.needs_features for one in self._all.values())
        self.needs_labels = any(one.needs_labels for one in self._all.values())

    def join(self, discriminator: nn.Module, classes: int, codes: Codes) -> dict[str, Regularizer]:
        """Let regularizers make weights of their own on the discriminator's features; return those that have some."""
        for one in self._all.values():
            if one.needs_features:
                one.join(int(discriminator.feature_dim), classes, codes)  # type: ignore[arg-type]
        return {name: one for name, one in self._all.items() if next(one.parameters(), None) is not None}

    def prepare(self, side: Side, network: nn.Module) -> None:
        """Let each one paid by ``side`` change its network, before there is an optimizer."""
        for one in self._paid_by(side).values():
            one.prepare(network)

    def constrain(self, side: Side, network: nn.Module) -> None:
        """Let each one paid by ``side`` change its network's weights, after an update."""
        for one in self._paid_by(side).values():
            one.constrain(network)

    def lazy(self, side: Side) -> dict[str, int]:
        """Return the terms that ``side`` does not pay in every turn, and how many turns there are to each."""
        return {name: one.every for name, one in self._paid_by(side).items() if one.every > 1}

    def terms(
        self, critic: Critic, turn: Turn, network: nn.Module, due: frozenset[str]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the terms that this turn's player pays for ``network``, and further scalars for the log.

        Of the lazy terms those in ``due`` are paid, as many times over as they are seldom: the same on average.
        """
        terms: dict[str, Tensor] = {}
        stats: dict[str, Tensor] = {}
        for name, one in self._paid_by(turn.side).items():
            if one.every > 1 and name not in due:
                continue
            term, weight_term = one(critic, turn), one.weight_term(network)
            if term is not None:
                stats |= {f"{name}/{key}": value for key, value in one.stats(term).items()}
            parts = [part for part in (term, weight_term) if part is not None]
            if parts:
                terms[name] = one.every * sum(parts[1:], parts[0])
        return terms, stats

    def _paid_by(self, side: Side) -> dict[str, Regularizer]:
        return {name: one for name, one in self._all.items() if side in one.sides}
