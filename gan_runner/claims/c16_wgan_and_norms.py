"""C16, theory: WGAN's code adds a norm to its critic's objective, as a difference of means is not enough."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.games.adversarial import Adversarial
from gan_runner.games.base import Draw
from gan_runner.games.prior import Prior
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.mlp import Discriminator, Generator
from gan_runner.regularizers.base import Regularizer
from gan_runner.regularizers.clip import Clip
from gan_runner.regularizers.gp import GradientPenalty
from gan_runner.types import Batch

GAMES, BATCH, BOUND, WEIGHT = 20, 64, 0.01, 10.0
SCALES = [step / 10 for step in range(-10, 31)]


def _measure(bench: Bench) -> Numbers:
    beside: dict[str, list[float]] = {"WGAN": [], "WGAN-GP": []}
    errors, largest = [], 0.0
    for seed in range(GAMES):
        for name, values in beside.items():
            game, draw = _game(name, seed, 1.0)
            objective, gap = _objective(game, draw, seed)
            values.append(abs(objective - gap))
            game.constrain("discriminator")
            if name == "WGAN":
                largest = max(largest, *(float(weight.abs().max()) for weight in _weights(game)))
        norm = _norm(game, draw, seed)  # of the last of the two, WGAN-GP
        errors.append(abs(objective - gap - norm) / norm)
    return {
        "largest term beside the means, WGAN": max(beside["WGAN"]),
        "smallest term beside the means, WGAN-GP": min(beside["WGAN-GP"]),
        "largest relative error of 10 E(|grad f| - 1)^2, WGAN-GP": max(errors),
        "largest |weight| after the update, WGAN": largest,
        "slopes": SCALES,
        "objectives": {name: [_objective(*_game(name, 0, slope), 0)[0] for slope in SCALES] for name in beside},
    }


def _game(name: str, seed: int, slope: float) -> tuple[Adversarial, Draw]:
    """Return a game whose random critic has ``slope`` between real and fake on average, and a batch for it."""
    torch.manual_seed(seed)
    critic = Discriminator((2,), [64, 64], "relu")
    kinds: dict[str, Regularizer] = {"WGAN": Clip(BOUND), "WGAN-GP": GradientPenalty(WEIGHT)}
    game = Adversarial(Generator(2, (2,), [64]), critic, Wasserstein(), {"reg": kinds[name]}, Prior(2))
    draw = game.prepare(game.draw(Batch(torch.randn(BATCH, 2) + 2)))
    with torch.no_grad():
        sign = -1.0 if _objective(game, draw, seed)[1] > 0 else 1.0  # real is to score higher
        critic.head.weight *= sign * slope / _slopes(game, draw, seed).norm(dim=1).mean()
    return game, draw


def _objective(game: Adversarial, draw: Draw, seed: int) -> tuple[float, float]:
    """Return what the critic minimises, all of its terms, and E f(y) - E f(x)."""
    torch.manual_seed(seed)
    outcome = game.play("discriminator", draw)
    gap = outcome.stats["score/fake"] - outcome.stats["score/real"]
    return float(sum(term.detach() for term in outcome.terms.values())), float(gap.detach())


def _slopes(game: Adversarial, draw: Draw, seed: int) -> Tensor:
    """Return grad f ``[B, 2]`` at random points between real and fake, the same ones as in the objective."""
    assert draw.fake is not None
    torch.manual_seed(seed)
    points = torch.lerp(draw.fake.detach(), draw.batch.real, torch.rand(BATCH, 1)).requires_grad_()
    with torch.enable_grad():
        (slopes,) = torch.autograd.grad(game.networks["discriminator"](points).sum(), points)
    return slopes


def _norm(game: Adversarial, draw: Draw, seed: int) -> float:
    return float(WEIGHT * (_slopes(game, draw, seed).norm(dim=1) - 1).square().mean())


def _weights(game: Adversarial) -> list[Tensor]:
    return [weight.detach() for weight in game.networks["discriminator"].parameters()]


def _decide(numbers: Numbers) -> Word:
    if numbers["largest term beside the means, WGAN"] > 1e-6:
        return "confirmed"
    penalised = numbers["largest relative error of 10 E(|grad f| - 1)^2, WGAN-GP"] < 1e-3
    return "refuted" if penalised else "undecided"


def _key(numbers: Numbers) -> str:
    return (
        f"beside the means: {numbers['largest term beside the means, WGAN']:.2g} (WGAN), "
        f"{numbers['smallest term beside the means, WGAN-GP']:.2g} or more (WGAN-GP)"
    )


def _say(numbers: Numbers) -> str:
    return (
        f"In {GAMES} random games WGAN's critic minimises, beside the difference of the means, "
        f"{numbers['largest term beside the means, WGAN']:.2g}; what holds it is the clipping after the update, to "
        f"{numbers['largest |weight| after the update, WGAN']:.2g}. A norm is what WGAN-GP adds, "
        f"{numbers['smallest term beside the means, WGAN-GP']:.2g} or more there: the post takes one for the other."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, values) in enumerate(numbers["objectives"].items()):
        axes.plot(numbers["slopes"], values, label=name, **look(place))
    axes.set(xlabel="mean slope of a critic that is stretched", ylabel="what the critic minimises")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S4}; {sources.WGAN}, Algorithm 1; {sources.WGAN_GP}, eq. 3",
    method="Our losses wgan and wgan_gp, as Algorithm 1 of either paper, in 20 games of random networks in the plane: "
    "all that the critic minimises, less E f(y) - E f(x); what is left in WGAN-GP against its penalty by hand. The "
    "figure stretches one critic: without a norm, steeper is always better.",
    rule="Confirmed if in one of 20 games WGAN's critic minimises anything beside the difference of the means, more "
    "than 1e-6 of it; refuted if not and WGAN-GP's does, the norm 10 E(|grad f| - 1)^2 to a thousandth.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=1,
)
