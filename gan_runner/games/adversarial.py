"""One generator against one discriminator: the game of GAN (arXiv 1406.2661) and nearly all its descendants."""

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from gan_runner.games.base import Draw, Game, Player
from gan_runner.games.prior import Prior
from gan_runner.games.sampling import sampling_mode
from gan_runner.losses.base import Loss, SeparableLoss
from gan_runner.regularizers.base import Regularizer
from gan_runner.types import Batch, Critic, Outcome, Turn

JOINT: Mapping[str, Player] = {
    "discriminator": Player("discriminator", ("discriminator",)),
    "generator": Player("generator", ("generator",)),
}
SEPARATE: Mapping[str, Player] = {
    "discriminator_fake": Player("discriminator", ("discriminator",)),
    "discriminator_real": Player("discriminator", ("discriminator",)),
    "generator": Player("generator", ("generator",)),
}
SAMPLE_BATCH = 500
"""Samples are generated this many at a time: enough to be fast, little enough to fit anywhere."""


class Adversarial(Game):
    """The discriminator minimises ``loss.discriminator`` and its regularizers, the generator ``loss.generator``.

    Real and fake samples pass the discriminator as two batches, so batch norm sees each with its own statistics.
    With ``d_update="separate"`` the discriminator plays twice, first the fake and then the real term of its loss,
    each with an optimizer of its own; regularizers then go with the real term.
    """

    averaged = ("generator",)

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        loss: Loss,
        regularizers: Mapping[str, Regularizer],
        prior: Prior,
        d_update: Literal["joint", "separate"] = "joint",
        sampling: Literal["running", "batch"] = "running",
    ) -> None:
        if d_update == "separate" and not isinstance(loss, SeparableLoss):
            raise ValueError(
                f"trainer.d_update=separate, got loss {type(loss).__name__}, which mixes real and fake scores; "
                "allowed: a loss that is a sum of a real and a fake term; use trainer.d_update=joint"
            )
        self.networks = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
        self.players = JOINT if d_update == "joint" else SEPARATE
        self.loss = loss
        self.regularizers = dict(regularizers)
        self.prior = prior
        self.sampling: Literal["running", "batch"] = sampling
        for side, network in self.networks.items():
            for regularizer in self._paid_by(side).values():
                regularizer.prepare(network)

    def draw(self, batch: Batch) -> Draw:
        """Return ``batch`` with as many latents."""
        return Draw(batch, self.prior.draw(batch.real.shape[0], batch.real.device))

    def play(self, player: str, draw: Draw) -> Outcome:
        """Return the terms of ``player`` on ``draw``: its adversarial one and those of its regularizers."""
        if player == "generator":
            return self._generator_turn(draw)
        if player == "discriminator":
            return self._discriminator_turn(draw)
        return self._half_turn(player.removeprefix("discriminator_"), draw)

    def constrain(self, player: str) -> None:
        """Let each regularizer of the player's side constrain its networks."""
        for name in self.players[player].networks:
            for regularizer in self._paid_by(self.players[player].side).values():
                regularizer.constrain(self.networks[name])

    def sample(self, count: int, rng: torch.Generator, networks: nn.ModuleDict | None = None) -> Tensor:
        """Return ``count`` generated samples; batch norm uses what the architecture's ``sampling`` says."""
        generator = (networks or self.networks)["generator"]
        device = next(generator.parameters()).device
        with sampling_mode(generator, self.sampling):
            chunks = [
                generator(self.prior.draw(min(SAMPLE_BATCH, count - start), device, rng))
                for start in range(0, count, SAMPLE_BATCH)
            ]
        return torch.cat(chunks).float()

    def summary(self, scalars: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return what the loss makes of the mean scores, e.g. ``loss/wasserstein``."""
        stats = self.loss.stats(scalars["score/real"], scalars["score/fake"])
        return {f"loss/{name}": value for name, value in stats.items()}

    def scorer(self) -> Callable[[Tensor], Tensor]:
        """Return the discriminator without dropout, its batch norm using the statistics it has gathered."""
        discriminator = self.networks["discriminator"]
        device = next(discriminator.parameters()).device

        def score(samples: Tensor) -> Tensor:
            with sampling_mode(discriminator, "running"):
                return Critic(discriminator)(samples.to(device)).float()

        return score

    def _turn(self, draw: Draw, fake: Tensor) -> tuple[Critic, Turn]:
        labels = draw.batch.labels
        return Critic(self.networks["discriminator"], labels), Turn(draw.batch.real, fake, draw.latent, labels)

    def _fake(self, draw: Draw) -> Tensor:
        fake: Tensor = self.networks["generator"](draw.latent, draw.batch.labels)
        return fake

    def _discriminator_turn(self, draw: Draw) -> Outcome:
        with torch.no_grad():
            fake = self._fake(draw)
        critic, turn = self._turn(draw, fake)
        real_scores, fake_scores = critic(turn.real).float(), critic(turn.fake).float()
        extra = {"turn": turn} if self.loss.needs_turn else {}
        terms = {"adversarial": self.loss.discriminator(real_scores, fake_scores, **extra)}
        stats = {"score/real": real_scores.mean(), "score/fake": fake_scores.mean()}
        return Outcome(terms | self._penalties("discriminator", critic, turn), stats)

    def _half_turn(self, half: str, draw: Draw) -> Outcome:
        assert isinstance(self.loss, SeparableLoss)
        with torch.no_grad():
            fake = self._fake(draw)
        critic, turn = self._turn(draw, fake)
        if half == "fake":
            scores = critic(turn.fake).float()
            return Outcome({"fake": self.loss.fake_term(scores)}, {"score/fake": scores.mean()})
        scores = critic(turn.real).float()
        penalties = self._penalties("discriminator", critic, turn)
        return Outcome({"real": self.loss.real_term(scores)} | penalties, {"score/real": scores.mean()})

    def _generator_turn(self, draw: Draw) -> Outcome:
        critic, turn = self._turn(draw, self._fake(draw))
        real_scores = critic(turn.real).float() if self.loss.uses_real_scores else None
        extra = {"turn": turn} if self.loss.needs_turn else {}
        terms = {"adversarial": self.loss.generator(real_scores, critic(turn.fake).float(), **extra)}
        return Outcome(terms | self._penalties("generator", critic, turn), {})

    def _paid_by(self, side: str) -> dict[str, Regularizer]:
        return {name: regularizer for name, regularizer in self.regularizers.items() if side in regularizer.sides}

    def _penalties(self, side: str, critic: Critic, turn: Turn) -> dict[str, Tensor]:
        penalties = {}
        for name, regularizer in self._paid_by(side).items():
            terms = (regularizer(critic, turn), regularizer.weight_term(self.networks[side]))
            given = [term for term in terms if term is not None]
            if given:
                penalties[name] = sum(given[1:], given[0])
        return penalties
