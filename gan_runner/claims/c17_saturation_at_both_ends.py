"""C17, theory: the basic GAN picked the worst loss, one that saturates at both ends."""

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.density import generator_term, slope
from gan_runner.losses.gan import Minimax
from gan_runner.losses.nonsaturating import NonSaturating

TERMS = {
    "D on real": Minimax().real_term,
    "D on fakes": Minimax().fake_term,
    "G, minimax": generator_term(Minimax()),
    "G, non-saturating": generator_term(NonSaturating()),
}
END = 10.0


def _measure(bench: Bench) -> Numbers:
    scores = torch.linspace(-END, END, 81, dtype=torch.float64)
    slopes = {name: slope(term, scores).abs() for name, term in TERMS.items()}
    numbers: Numbers = {
        f"ends where it is flat, {name}": int(values[0] < 1e-3) + int(values[-1] < 1e-3)
        for name, values in slopes.items()
    }
    for name, values in slopes.items():
        numbers[f"slope at -10 and at 10, {name}"] = f"{values[0]:.2g}, {values[-1]:.2g}"
    return numbers | {"scores": scores.tolist(), "slopes": {name: values.tolist() for name, values in slopes.items()}}


def _decide(numbers: Numbers) -> Word:
    flat = [value for name, value in numbers.items() if name.startswith("ends where it is flat")]
    return "confirmed" if max(flat) == 2 else "refuted"


def _key(numbers: Numbers) -> str:
    flat = [numbers[f"ends where it is flat, {name}"] for name in TERMS]
    return f"flat at {max(flat)} of 2 ends, for each of the four terms" if len(set(flat)) == 1 else f"flat ends: {flat}"


def _say(numbers: Numbers) -> str:
    return (
        "As functions of the score, all four terms are flat at one end and have slope 1 at the other: D's where it is "
        "right, minimax where fakes are rejected, the non-saturating loss where they are accepted. What is flat at "
        "both ends is the sigmoid, not the loss on top of it."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, values) in enumerate(numbers["slopes"].items()):
        axes.plot(numbers["scores"], values, label=name, **look(place, linewidth=4 - place * 0.8))
    axes.set(xlabel="score f", ylabel="|slope of the loss|", ylim=(0, 1.45))
    axes.legend(ncols=2, loc="upper center", handlelength=1.5, columnspacing=1)


CLAIM = Claim(
    source=sources.S3,
    method="The slopes of our two discriminator terms and two generator losses, by autograd, at scores from -10 to 10.",
    rule="Confirmed if one of the four terms has a slope below 1e-3 both at -10 and at 10; otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
