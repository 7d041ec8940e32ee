"""C05, theory: a least squares loss is flat at one point only, where cross-entropy saturates."""

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.density import line, slope
from gan_runner.losses.gan import Minimax
from gan_runner.losses.lsgan import LeastSquares

FLAT, REACH = 1e-3, 20.0


def _measure(bench: Bench) -> Numbers:
    scores, step = line(-REACH, REACH, 400_001)
    shown = torch.linspace(-8, 8, 81, dtype=torch.float64)
    terms = {"cross-entropy": Minimax().real_term, "least squares": LeastSquares(0.0, 1.0, 1.0).real_term}
    numbers: Numbers = {
        f"length of flat part, {name}": step * float((slope(term, scores).abs() < FLAT).sum())
        for name, term in terms.items()
    }
    return numbers | {"scores": shown.tolist()} | {name: slope(term, shown).tolist() for name, term in terms.items()}


def _decide(numbers: Numbers) -> Word:
    entropy, squares = numbers["length of flat part, cross-entropy"], numbers["length of flat part, least squares"]
    return "confirmed" if entropy > 1 and squares < 0.01 else "refuted"


def _key(numbers: Numbers) -> str:
    entropy, squares = numbers["length of flat part, cross-entropy"], numbers["length of flat part, least squares"]
    return f"flat over {entropy:.3g} (cross-entropy), {squares:.2g} (least squares)"


def _say(numbers: Numbers) -> str:
    return (
        f"Of scores from -20 to 20, a length of {numbers['length of flat part, cross-entropy']:.3g} leaves "
        "cross-entropy's term on real samples with a slope below 0.001, and one of "
        f"{numbers['length of flat part, least squares']:.2g} least squares', around the label."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, name in enumerate(("cross-entropy", "least squares")):
        axes.plot(numbers["scores"], numbers[name], label=name, **look(place))
    axes.set(xlabel="score f of a real sample", ylabel="slope of its loss", ylim=(-4, 4))
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S1}; {sources.LSGAN}, figure 2",
    method="The derivatives of our losses' terms on real samples, by autograd at 400,001 scores from -20 to 20.",
    rule="Confirmed if |dL/df| < 1e-3 on a length above 1 for cross-entropy and below 0.01 for least squares; "
    "otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
