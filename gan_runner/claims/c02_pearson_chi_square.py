"""C02, theory: with b - c = 1 and b - a = 2, LSGAN's generator minimises half of Pearson's chi-square."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.density import each, generator_term, line, normal
from gan_runner.losses.lsgan import LeastSquares

PAIRS = 20
SCHEMES = {"(-1, 1, 0)": LeastSquares(-1.0, 1.0, 0.0), "(0, 1, 1)": LeastSquares(0.0, 1.0, 1.0)}


def _measure(bench: Bench) -> Numbers:
    points, step = line(-20.0, 20.0)
    random = torch.Generator().manual_seed(0)
    settings = torch.rand(PAIRS, 4, generator=random, dtype=torch.float64)
    chi_squares, values = [], {name: list[float]() for name in SCHEMES}
    for mean, other, sd, spread in settings.tolist():
        real, fake = normal(points, 4 * mean - 2, 0.5 + sd), normal(points, 4 * other - 2, 0.5 + spread)
        chi_squares.append(float(((2 * fake - (real + fake)) ** 2 / (real + fake)).sum()) * step)
        for name, loss in SCHEMES.items():
            values[name].append(_objective(loss, real, fake) * step)
    halves = torch.tensor(chi_squares, dtype=torch.float64) / 2
    errors = {name: (torch.tensor(values[name], dtype=torch.float64) / halves - 1).abs() for name in SCHEMES}
    return {
        "pairs": PAIRS,
        "largest relative error, (-1, 1, 0)": float(errors["(-1, 1, 0)"].max()),
        "smallest relative error, (0, 1, 1)": float(errors["(0, 1, 1)"].min()),
        "half of chi-square": halves.tolist(),
        "objectives": values,
    }


def _objective(loss: LeastSquares, real: Tensor, fake: Tensor) -> float:
    """Return the generator's objective at D*, with the term on real samples that does not depend on it."""
    best = (loss.b * real + loss.a * fake) / (real + fake)
    return float(((real + fake) * each(generator_term(loss), best)).sum())


def _decide(numbers: Numbers) -> Word:
    holds = numbers["largest relative error, (-1, 1, 0)"] < 1e-6
    fails = numbers["smallest relative error, (0, 1, 1)"] > 1e-2
    return "confirmed" if holds and fails else "undecided" if holds else "refuted"


def _key(numbers: Numbers) -> str:
    return f"largest relative error {numbers['largest relative error, (-1, 1, 0)']:.1g} over {PAIRS} pairs"


def _say(numbers: Numbers) -> str:
    return (
        "For labels (-1, 1, 0) objective and half of chi-square differ by "
        f"{numbers['largest relative error, (-1, 1, 0)']:.3g} at most, relatively; for (0, 1, 1), which break the "
        "condition, by "
        f"{numbers['smallest relative error, (0, 1, 1)']:.3g} at least."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    halves = numbers["half of chi-square"]
    axes.plot([0, 1], [0, 1], color="#A0A0A0")
    for place, (name, values) in enumerate(numbers["objectives"].items()):
        axes.plot(halves, values, label=f"labels {name}", **dots(place))
    axes.set(xlabel="half of Pearson's chi-square", ylabel="generator's objective")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S1}; {sources.LSGAN}, eq. 6 and 7",
    method="Numeric integration for 20 random pairs of Gaussians: our generator loss at the best discriminator, with "
    "its term on real samples, against half of the chi-square divergence of p_d + p_g from 2 p_g.",
    rule="Confirmed if they agree within 1e-6, relatively, for labels (-1, 1, 0) and differ by more than 1e-2 for "
    "(0, 1, 1) in every pair; refuted if they do not agree for (-1, 1, 0).",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
