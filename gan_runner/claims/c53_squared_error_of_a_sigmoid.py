"""C53, theory: with squared error on a sigmoid the generator gets no signal once its samples are seen through."""

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.density import generator_term, slope
from gan_runner.losses.gan import Minimax
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.losses.nonsaturating import NonSaturating

AT = 0.03


def _measure(bench: Bench) -> Numbers:
    values = torch.logspace(-4, -0.01, 60, dtype=torch.float64)
    values = torch.cat([values, torch.tensor([AT], dtype=torch.float64)]).sort().values
    logits, squared = torch.logit(values), generator_term(LeastSquares(0.0, 1.0, 1.0))
    pushes = {
        "squared error": slope(lambda scores: squared(torch.sigmoid(scores)), logits).abs(),
        "minimax": slope(generator_term(Minimax()), logits).abs(),
        "non-saturating": slope(generator_term(NonSaturating()), logits).abs(),
    }
    below = values[pushes["squared error"] < 1e-3]
    numbers: Numbers = {f"push at D = 0.03, {name}": float(push[values == AT]) for name, push in pushes.items()}
    numbers["difference from D (1 - D)^2"] = float((pushes["squared error"] - values * (1 - values) ** 2).abs().max())
    numbers["push of squared error is below 0.001 up to D ="] = float(below[below < 0.5].max())
    return numbers | {"values": values.tolist(), "pushes": {name: push.tolist() for name, push in pushes.items()}}


def _decide(numbers: Numbers) -> Word:
    gone, strong = numbers["push at D = 0.03, squared error"] < 1e-3, numbers["push at D = 0.03, non-saturating"] > 0.9
    return "confirmed" if gone and strong else "refuted"


def _key(numbers: Numbers) -> str:
    return (
        f"push {numbers['push at D = 0.03, squared error']:.3f} at D = 0.03 (wanted below 0.001), "
        f"non-saturating {numbers['push at D = 0.03, non-saturating']:.2f}"
    )


def _say(numbers: Numbers) -> str:
    ratio = numbers["push at D = 0.03, non-saturating"] / numbers["push at D = 0.03, squared error"]
    return (
        f"At D = 0.03 the push is {numbers['push at D = 0.03, squared error']:.3f}, a {ratio:.0f}th of the "
        "non-saturating loss', weak but not gone; it falls below 0.001 only for D up to "
        f"{numbers['push of squared error is below 0.001 up to D =']:.1g}, in step with minimax."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, push) in enumerate(numbers["pushes"].items()):
        axes.plot(numbers["values"], push, label=name, **look(place))
    axes.axvline(AT, color="#A0A0A0")
    axes.set(xscale="log", yscale="log", xlabel="D of a fake, after the sigmoid", ylabel="push on the score")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S4}; its toolbox trains 0.5 (D - label)^2 on a sigmoid",
    method="|dG/df| of our least squares loss on a sigmoid's output, with target 1, by autograd, beside our minimax "
    "and non-saturating losses.",
    rule="Confirmed if at D = 0.03 the push is below 1e-3 while that of the non-saturating loss is above 0.9; "
    "otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
