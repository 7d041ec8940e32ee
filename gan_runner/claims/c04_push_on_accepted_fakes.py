"""C04, theory: fakes far on the real side get almost no gradient from cross-entropy, but one from least squares."""

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.density import generator_term, slope
from gan_runner.losses.gan import Minimax
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.losses.nonsaturating import NonSaturating

LOSSES = {
    "non-saturating": NonSaturating(),
    "minimax": Minimax(),
    "least squares (0, 1, 1)": LeastSquares(0.0, 1.0, 1.0),
    "least squares (-1, 1, 0)": LeastSquares(-1.0, 1.0, 0.0),
}


def _measure(bench: Bench) -> Numbers:
    scores = torch.linspace(-10, 10, 81, dtype=torch.float64)
    pushes = {name: slope(generator_term(loss), scores).abs() for name, loss in LOSSES.items()}
    expected = {
        "non-saturating": 1 - torch.sigmoid(scores),
        "minimax": torch.sigmoid(scores),
        "least squares (0, 1, 1)": (scores - 1).abs(),
        "least squares (-1, 1, 0)": scores.abs(),
    }
    numbers: Numbers = {
        "largest difference from the formulas": max(
            float((pushes[name] - expected[name]).abs().max()) for name in LOSSES
        )
    }
    for name, push in pushes.items():
        numbers[f"push at score 6, {name}"] = float(push[scores == 6])
        numbers[f"push at score -6, {name}"] = float(push[scores == -6])
    return numbers | {"scores": scores.tolist(), "pushes": {name: push.tolist() for name, push in pushes.items()}}


def _decide(numbers: Numbers) -> Word:
    weak = numbers["push at score 6, non-saturating"]
    ratios = [numbers[f"push at score 6, least squares {labels}"] / weak for labels in ("(0, 1, 1)", "(-1, 1, 0)")]
    exact = numbers["largest difference from the formulas"] < 1e-6
    return "confirmed" if exact and min(ratios) > 100 else "refuted"


def _key(numbers: Numbers) -> str:
    weak, strong = numbers["push at score 6, non-saturating"], numbers["push at score 6, least squares (0, 1, 1)"]
    return f"at score 6 least squares push {strong / weak:.0f} times as hard"


def _say(numbers: Numbers) -> str:
    return (
        f"At a score of 6 the non-saturating loss pushes with {numbers['push at score 6, non-saturating']:.2g}, least "
        f"squares with 5 and 6. Not told by the post: they push such fakes back, and at -6, where fakes are rejected, "
        f"it is minimax that is gone ({numbers['push at score -6, minimax']:.2g}) while the non-saturating loss pushes "
        f"with {numbers['push at score -6, non-saturating']:.2g}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, push) in enumerate(numbers["pushes"].items()):
        axes.plot(numbers["scores"], push, label=name, **look(place))
    axes.set(xlabel="score f of a fake", ylabel="push |dG/df|", yscale="log", ylim=(1e-5, 2e4))
    axes.legend(ncols=2, loc="upper center", columnspacing=1, handlelength=1.5, fontsize=9)


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}; {sources.LSGAN}, figure 1",
    method="|dG/df| of our generator losses, by autograd, at scores from -10 to 10.",
    rule="Confirmed if at a score of 6 both least squares schemes push more than 100 times as hard as the "
    "non-saturating loss, and all slopes are those of the formulas within 1e-6; otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
