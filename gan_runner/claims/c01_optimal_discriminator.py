"""C01, theory: for a fixed generator, LSGAN's best discriminator is (b p_d + a p_g) / (p_d + p_g)."""

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.density import each, line, normal
from gan_runner.losses.lsgan import LeastSquares
from gan_runner.models.mlp import Discriminator

SCHEMES = {"(0, 1, 1)": LeastSquares(0.0, 1.0, 1.0), "(-1, 1, 0)": LeastSquares(-1.0, 1.0, 0.0)}


def _measure(bench: Bench) -> Numbers:
    points, step = line(-6.0, 6.0, 241)
    real, fake = normal(points, -1.0, 1.0), normal(points, 1.0, 0.7)
    counted = real + fake > 1e-3
    numbers: Numbers = {}
    for name, loss in SCHEMES.items():
        best = (loss.b * real + loss.a * fake) / (real + fake)
        fitted = _fit(loss, points, real * step, fake * step, bench.steps(400))
        numbers[f"largest error, {name}"] = float((fitted - best)[counted].abs().max())
        numbers[f"curves, {name}"] = [best[::4].tolist(), fitted[::4].tolist()]
    return numbers | {"points": points[::4].tolist(), "share of points counted": float(counted.float().mean())}


def _fit(loss: LeastSquares, points: Tensor, real: Tensor, fake: Tensor, steps: int) -> Tensor:
    torch.manual_seed(0)
    network: nn.Module = Discriminator((1,), [32, 32], "tanh").double()
    parameters = list(network.parameters())
    optimizer = torch.optim.LBFGS(parameters, max_iter=steps, tolerance_change=0, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        scores = network(points.unsqueeze(1))
        value = (real * each(loss.real_term, scores) + fake * each(loss.fake_term, scores)).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    fitted: Tensor = network(points.unsqueeze(1)).detach()
    return fitted


def _decide(numbers: Numbers) -> Word:
    errors = [numbers["largest error, (0, 1, 1)"], numbers["largest error, (-1, 1, 0)"]]
    return "confirmed" if max(errors) < 0.02 else "refuted" if max(errors) > 0.2 else "undecided"


def _key(numbers: Numbers) -> str:
    return f"largest error {max(numbers[f'largest error, {name}'] for name in SCHEMES):.2g} (allowed 0.02)"


def _say(numbers: Numbers) -> str:
    return (
        "A network fitted with our least squares loss to two overlapping Gaussians comes within "
        f"{numbers['largest error, (0, 1, 1)']:.2g} and {numbers['largest error, (-1, 1, 0)']:.2g} of the formula, "
        "for labels (a, b, c) of (0, 1, 1) and (-1, 1, 0)."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, name in enumerate(SCHEMES):
        best, fitted = numbers[f"curves, {name}"]
        axes.plot(numbers["points"], best, color="#A0A0A0", linewidth=5, label=None if place else "formula")
        axes.plot(numbers["points"], fitted, label=f"fitted, {name}", **look(place))
    axes.set(xlabel="x", ylabel="D(x)", xlim=(-4, 4))
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S1}; {sources.S5}; {sources.LSGAN}, eq. 5",
    method="A network of two tanh layers of 32 is fitted by L-BFGS to minimise the discriminator's loss, integrated "
    "under p_d = N(-1, 1) and p_g = N(1, 0.7^2) on 241 points, for labels (a, b, c) of (0, 1, 1) and (-1, 1, 0).",
    rule="Confirmed if the largest error where p_d + p_g > 1e-3 is below 0.02 for both; refuted if above 0.2 for one.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=4,
)
