"""C09, theory: without a Lipschitz limit WGAN's critic runs off to infinity; clipped or penalised it does not."""

import torch
from matplotlib.axes import Axes
from torch import nn

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.mlp import Discriminator
from gan_runner.regularizers.base import Regularizer
from gan_runner.regularizers.clip import Clip
from gan_runner.regularizers.gp import GradientPenalty
from gan_runner.types import Critic, Turn

STEPS, WIDTH, BOUND = 2000, 32, 0.1
KINDS: dict[str, Regularizer] = {
    "no limit": Regularizer(),
    "clipped": Clip(BOUND),
    "penalised": GradientPenalty(10.0),
}


def _measure(bench: Bench) -> Numbers:
    gaps = {name: _gaps(regularizer, bench.steps(STEPS)) for name, regularizer in KINDS.items()}
    half = len(gaps["no limit"]) // 2
    return {
        "growth over the last half, no limit": gaps["no limit"][-1] / gaps["no limit"][half],
        "gap at the end, no limit": gaps["no limit"][-1],
        "gap at the end, clipped": gaps["clipped"][-1],
        "bound of the gap, clipped": BOUND * (BOUND * WIDTH) ** 3,
        "slope at the end, penalised": gaps["penalised"][-1],
        "steps": [place * bench.steps(STEPS) / (len(gaps["clipped"]) - 1) for place in range(len(gaps["clipped"]))],
        "gaps": gaps,
    }


def _gaps(regularizer: Regularizer, steps: int) -> list[float]:
    """Return f(1) - f(0), with a real point at 1 and a fake one at 0, at the start and at up to 40 later times."""
    torch.manual_seed(0)
    network: nn.Module = Discriminator((1,), [WIDTH] * 3, "relu")
    optimizer, loss = torch.optim.Adam(network.parameters(), 1e-3, (0.5, 0.9)), Wasserstein()
    real, fake = torch.ones(16, 1), torch.zeros(16, 1)  # sixteen of each, so that the penalty sees the way between
    gaps, every = [], max(steps // 40, 1)
    for step in range(steps + 1):
        optimizer.zero_grad()
        value = loss.discriminator(network(real), network(fake))
        if step % every == 0:
            gaps.append(-float(value.detach()))
        term = regularizer(Critic(network), Turn(real, fake, fake))
        (value if term is None else value + term).backward()
        optimizer.step()
        regularizer.constrain(network)
    return gaps


def _decide(numbers: Numbers) -> Word:
    runs_off = numbers["growth over the last half, no limit"] > 10
    bounded = numbers["gap at the end, clipped"] <= numbers["bound of the gap, clipped"]
    held = abs(numbers["slope at the end, penalised"] - 1) < 0.1
    return "confirmed" if runs_off and bounded and held else "undecided" if runs_off else "refuted"


def _key(numbers: Numbers) -> str:
    return f"gap grows {numbers['growth over the last half, no limit']:.3g} times over the last half without a limit"


def _say(numbers: Numbers) -> str:
    return (
        f"Without a limit the gap between a real point and a fake one reaches {numbers['gap at the end, no limit']:.3g}"
        f", {numbers['growth over the last half, no limit']:.3g} times that of half-way; clipped it ends at "
        f"{numbers['gap at the end, clipped']:.2g}, of {numbers['bound of the gap, clipped']:.2g} that the network "
        f"allows; with the penalty at {numbers['slope at the end, penalised']:.3f}, the distance of the points."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, gaps) in enumerate(numbers["gaps"].items()):
        axes.plot(numbers["steps"][1:], gaps[1:], label=name, **look(place))
    axes.set(xlabel="steps of the critic", ylabel="gap f(x) - f(y)", xscale="log", yscale="log")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S2}; {sources.WGAN}, section 3",
    method="One real point at 1, one fake at 0, a critic of three ReLU layers of 32 (as many layers as WGAN's own), "
    "2,000 steps of Adam at 1e-3: without a limit, clipped to 0.1, with a gradient penalty of 10.",
    rule="Confirmed if without a limit the gap grows more than tenfold over the last half, the clipped one stays "
    "within the network's bound 0.1 (0.1 x 32)^3 and the penalised one ends at 1 +- 0.1; refuted if there is no such "
    "growth.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=12,
)
