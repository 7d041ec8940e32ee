"""One generator against one discriminator: the game of GAN (arXiv 1406.2661) and nearly all its descendants."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from gan_runner.games.agreement import check_labels, check_play
from gan_runner.games.base import NO_TERMS, Draw, Player
from gan_runner.games.instance_noise import InstanceNoise
from gan_runner.games.latent import LatentGame
from gan_runner.games.packing import pack
from gan_runner.games.prior import Prior
from gan_runner.games.regularization import Regularization
from gan_runner.games.sampling import sampling_mode
from gan_runner.losses.base import Loss, SeparableLoss
from gan_runner.losses.gathered import gathered
from gan_runner.losses.smoothing import smoothed
from gan_runner.regularizers.base import Regularizer
from gan_runner.types import Critic, Features, Outcome, Side, Turn


class Adversarial(LatentGame):
    """The discriminator minimises ``loss.discriminator`` and its regularizers, the generator ``loss.generator``.

    Real and fake samples pass the discriminator as two batches, so batch norm sees each with its own statistics.
    With ``d_update="separate"`` the discriminator plays twice, first the fake and then the real term of its loss,
    each with an optimizer of its own; regularizers then go with the real term.

    Options beside the loss: ``label_smoothing`` is the share of real samples labelled fake (one-sided, Salimans
    et al. 2016, arXiv 1606.03498); ``instance_noise`` the standard deviation of noise on all that the discriminator
    sees, falling to 0 over ``noise_steps``; ``packing`` how many samples it judges at once.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        loss: Loss,
        regularizers: Mapping[str, Regularizer],
        prior: Prior,
        classes: int = 0,
        d_update: Literal["joint", "separate"] = "joint",
        sampling: Literal["running", "batch"] = "running",
        label_smoothing: float = 0.0,
        instance_noise: float = 0.0,
        noise_steps: int | None = None,
        packing: int = 1,
    ) -> None:
        super().__init__(prior, sampling, classes)
        if not isinstance(loss, Loss):
            raise ValueError(
                f"adversarial, got loss {type(loss).__name__}, which plays without a discriminator; "
                "use game=moment_matching or another loss"
            )
        self.loss = gathered(smoothed(loss, label_smoothing))
        self.regularization = Regularization(regularizers)
        self.packing = packing
        self.needs_features = loss.needs_features or self.regularization.needs_features
        check_play(loss, self.regularization, discriminator, d_update, packing)
        check_labels(loss, self.regularization, generator, discriminator)
        self.networks = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
        heads = self.regularization.join(discriminator, classes, prior.codes)
        self.networks.update(heads)
        self.players = _players(d_update, tuple(heads))
        self.noise: InstanceNoise | None = None
        if instance_noise or noise_steps is not None:
            self.noise = self.networks["instance_noise"] = InstanceNoise(instance_noise, noise_steps)
        if isinstance(loss, nn.Module):  # its state is saved with the rest
            self.networks["loss"] = loss
        self.regularization.prepare("discriminator", discriminator)
        self.regularization.prepare("generator", generator)

    @property
    def lazy(self) -> dict[str, dict[str, int]]:
        """Of each player, the terms that it does not pay in every turn, and how many turns there are to each."""
        return {name: self.regularization.lazy(player.side) for name, player in self.players.items()}

    def prepare(self, draw: Draw) -> Draw:
        """Return ``draw`` with its fake samples, for turns between which the generator does not move.

        They are what each turn would make for itself, unless the generator has dropout; and batch norm takes its
        running statistics, spectral norm its step of the power iteration, once instead of twice.
        """
        return dataclasses.replace(draw, fake=self._fake(draw))

    def play(self, player: str, draw: Draw, due: frozenset[str] = NO_TERMS) -> Outcome:
        """Return the terms of ``player`` on ``draw``: its adversarial one and those of its regularizers."""
        if player == "generator":
            return self._generator_turn(draw, due)
        if player == "discriminator":
            return self._discriminator_turn(draw, due)
        return self._half_turn(player.removeprefix("discriminator_"), draw, due)

    def constrain(self, player: str) -> None:
        """Let each regularizer of the player's side constrain its network."""
        side = self.players[player].side
        self.regularization.constrain(side, self.networks[side])

    def advance(self) -> None:
        """Let instance noise fall by a step."""
        if self.noise is not None:
            self.noise.count()

    def summary(self, scalars: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return what the loss makes of the mean scores, e.g. ``loss/wasserstein``."""
        stats = self.loss.stats(scalars["score/real"], scalars["score/fake"])
        return {f"loss/{name}": value for name, value in stats.items()}

    def scorer(self) -> Callable[[Tensor], Tensor] | None:
        """Return the discriminator without dropout, its batch norm using the statistics it has gathered.

        None if it judges several samples at once, or samples with their labels: a sample alone has no score then.
        """
        discriminator = self.networks["discriminator"]
        if self.packing > 1 or getattr(discriminator, "conditional", False):
            return None
        device = next(discriminator.parameters()).device

        def score(samples: Tensor) -> Tensor:
            with sampling_mode(discriminator, "running"):
                return Critic(discriminator)(samples.to(device)).float()

        return score

    def _seen(self, samples: Tensor) -> Tensor:
        """Return samples as the discriminator sees them."""
        packed = pack(samples, self.packing)
        return packed if self.noise is None else self.noise(packed)

    def _judge(self, critic: Critic, samples: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return float32 scores, and features if anybody reads them."""
        if not self.needs_features:
            return critic(samples).float(), None
        scores, features = critic.scores_and_features(samples)
        return scores.float(), features.float()

    def _discriminator_turn(self, draw: Draw, due: frozenset[str]) -> Outcome:
        critic, real, fake = self._samples(draw)
        real_scores, real_features = self._judge(critic, real)
        fake_scores, fake_features = self._judge(critic, fake)
        turn = self._turn("discriminator", draw, real, fake, real_features, fake_features)
        extra = {"turn": turn} if self.loss.needs_turn else {}
        terms = {"adversarial": self.loss.discriminator(real_scores, fake_scores, **extra)}
        penalties, stats = self._penalties(critic, turn, due)
        scores = {"score/real": real_scores.mean(), "score/fake": fake_scores.mean()}
        if self.loss.has_targets:
            scores["score/ranked"] = (real_scores > fake_scores).float().mean()
        return Outcome(terms | penalties, scores | stats)

    def _half_turn(self, half: str, draw: Draw, due: frozenset[str]) -> Outcome:
        assert isinstance(self.loss, SeparableLoss)
        critic, real, fake = self._samples(draw)
        if half == "fake":
            scores = critic(fake).float()
            return Outcome({"fake": self.loss.fake_term(scores)}, {"score/fake": scores.mean()})
        scores = critic(real).float()
        penalties, stats = self._penalties(critic, self._turn("discriminator", draw, real, fake), due)
        return Outcome({"real": self.loss.real_term(scores)} | penalties, {"score/real": scores.mean()} | stats)

    def _generator_turn(self, draw: Draw, due: frozenset[str]) -> Outcome:
        critic, real, fake = self._samples(draw, for_generator=True)
        real_scores = real_features = None
        if self.loss.uses_real_scores:
            real_scores, real_features = self._judge(critic, real)
        fake_scores, fake_features = self._judge(critic, fake)
        turn = self._turn("generator", draw, real, fake, real_features, fake_features)
        extra = {"turn": turn} if self.loss.needs_turn else {}
        terms = {"adversarial": self.loss.generator(real_scores, fake_scores, **extra)}
        penalties, stats = self._penalties(critic, turn, due)
        return Outcome(terms | penalties, stats)

    def _samples(self, draw: Draw, for_generator: bool = False) -> tuple[Critic, Tensor, Tensor]:
        with torch.set_grad_enabled(for_generator):
            fake = self._fake(draw) if draw.fake is None else draw.fake
        critic = Critic(self.networks["discriminator"], draw.batch.labels)
        return critic, self._seen(draw.batch.real), self._seen(fake if for_generator else fake.detach())

    def _penalties(
        self, critic: Critic, turn: Turn, due: frozenset[str]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        return self.regularization.terms(critic, turn, self.networks[turn.side], due)

    @staticmethod
    def _turn(
        side: Side,
        draw: Draw,
        real: Tensor,
        fake: Tensor,
        real_features: Tensor | None = None,
        fake_features: Tensor | None = None,
    ) -> Turn:
        features = None if fake_features is None else Features(real_features, fake_features)
        return Turn(real, fake, draw.latent, draw.batch.labels, side, features)


def _players(d_update: str, heads: tuple[str, ...]) -> dict[str, Player]:
    """Return who plays, in order; the ``heads`` that regularizers bring are trained with the discriminator."""
    names = ("discriminator",) if d_update == "joint" else ("discriminator_fake", "discriminator_real")
    players = {name: Player("discriminator", ("discriminator", *heads)) for name in names}
    return players | {"generator": Player("generator", ("generator",))}
