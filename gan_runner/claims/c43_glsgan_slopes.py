"""C43, theory: GLS-GAN with slope 1 is WGAN, with slope 0 LS-GAN, with slope -1 an absolute error."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.losses.glsgan import GeneralizedLossSensitive
from gan_runner.losses.loss_sensitive import LossSensitive
from gan_runner.losses.wgan import Wasserstein
from gan_runner.types import Turn

PAIRS, MARGIN = 200, 0.5


def _measure(bench: Bench) -> Numbers:
    random = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(PAIRS, 3, generator=random, dtype=torch.float64) for _ in range(2))
    first, second = (torch.randn(PAIRS, generator=random, dtype=torch.float64).requires_grad_() for _ in range(2))
    turn = Turn(real, fake, fake)
    delta = MARGIN * (real - fake).abs().sum(dim=1)

    def ours(slope: float) -> Tensor:
        return GeneralizedLossSensitive(MARGIN, 1.0, 0.0, slope).discriminator(first, second, turn=turn)

    theirs = {
        1: Wasserstein().discriminator(first, second) + delta.mean(),
        0: LossSensitive(MARGIN).discriminator(first, second, turn=turn),
        -1: (delta + second - first).abs().mean(),
    }
    numbers: Numbers = {}
    for slope, value in theirs.items():
        numbers[f"difference of the losses, slope {slope}"] = float((ours(slope) - value).detach().abs())
        scores = (first, second)
        pairs = zip(torch.autograd.grad(ours(slope), scores), torch.autograd.grad(value, scores), strict=True)
        numbers[f"largest difference of the gradients, slope {slope}"] = max(
            float((one - other).abs().max()) for one, other in pairs
        )
    shortfalls = [0.1 * place for place in range(-30, 31)]
    return numbers | {
        "shortfalls": shortfalls,
        "costs": {f"slope {slope}": [max(one, slope * one) for one in shortfalls] for slope in theirs},
    }


def _decide(numbers: Numbers) -> Word:
    errors = [value for name, value in numbers.items() if "difference of the" in name]
    return "confirmed" if max(errors) < 1e-6 else "refuted"


def _key(numbers: Numbers) -> str:
    return f"largest difference {max(value for name, value in numbers.items() if 'difference' in name):.1g}"


def _say(numbers: Numbers) -> str:
    return (
        f"On {PAIRS} random pairs our GLS-GAN and the three others agree in loss and gradients within "
        f"{_key(numbers).rsplit(' ', 1)[1]}; with slope 1 up to the mean margin, a constant for the critic."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    names = {"slope 1": "slope 1: WGAN", "slope 0": "slope 0: LS-GAN", "slope -1": "slope -1: absolute"}
    for place, (name, costs) in enumerate(numbers["costs"].items()):
        axes.plot(numbers["shortfalls"], costs, label=names[name], **look(place))
    axes.set(xlabel="shortfall of a pair, margin - (f(x) - f(y))", ylabel="cost")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S3}; {sources.GLS_GAN}, appendix D",
    method="Our loss on 200 random scores and samples in three dimensions, float64, against our WGAN and LS-GAN losses "
    "and the mean of |Delta - (f(x) - f(y))|: values and gradients in the scores.",
    rule="Confirmed if values and gradients agree within 1e-6 for all three, for slope 1 up to the mean of Delta; "
    "otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
