"""C08, theory: at the best D, one GAN generator descends on JS, the other on KL(p_g || p_d) - 2 JS."""

from collections.abc import Callable

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.density import each, generator_term, line, normal
from gan_runner.losses.gan import Minimax
from gan_runner.losses.nonsaturating import NonSaturating

FAKES = [(mean, sd) for mean in (-1.5, -0.5, 0.4, 1.2) for sd in (0.6, 0.9, 1.4)]
"""Means and standard deviations of p_g; the data are N(0, 1)."""
STEP = 1e-4


def _measure(bench: Bench) -> Numbers:
    gradients: dict[str, list[list[float]]] = {"minimax": [[], []], "non-saturating": [[], []]}
    for mean, sd in FAKES:
        setting = torch.tensor([mean, sd], dtype=torch.float64)
        for name, loss in (("minimax", Minimax()), ("non-saturating", NonSaturating())):
            gradients[name][0] += _descended(generator_term(loss), setting)
            gradients[name][1] += _difference(name, setting)
    errors = {}
    for name, (ours, theirs) in gradients.items():
        left, right = torch.tensor(ours).view(-1, 2), torch.tensor(theirs).view(-1, 2)
        errors[f"largest relative error, {name}"] = float(((left - right).norm(dim=1) / right.norm(dim=1)).max())
    return errors | {"gradients": gradients}


def _score(points: Tensor, setting: Tensor) -> Tensor:
    """Return log p_d / p_g, the best score, with p_g = N(mean, sd^2)."""
    mean, sd = setting
    score: Tensor = -0.5 * points**2 + 0.5 * ((points - mean) / sd) ** 2 + torch.log(sd)
    return score


def _descended(term: Callable[[Tensor], Tensor], setting: Tensor) -> list[float]:
    """Return the gradient of a generator's loss in mean and sd, through its samples y = mean + sd z, D held fixed."""
    noise, step = line(-9.0, 9.0)
    moving = setting.clone().requires_grad_()
    scores = _score(moving[0] + moving[1] * noise, setting)
    value = (each(term, scores) * normal(noise, 0.0, 1.0)).sum() * step
    return torch.autograd.grad(value, moving)[0].tolist()


def _difference(name: str, setting: Tensor) -> list[float]:
    """Return the gradient of the divergence in mean and sd by central differences."""
    moves = STEP * torch.eye(2, dtype=torch.float64)
    return [(_divergence(name, setting + move) - _divergence(name, setting - move)) / (2 * STEP) for move in moves]


def _divergence(name: str, setting: Tensor) -> float:
    """Return 2 JS for minimax, KL(p_g || p_d) - 2 JS for the non-saturating loss."""
    points, step = line(-20.0, 20.0, 20_001)
    real, fake, score = normal(points, 0.0, 1.0), normal(points, *setting), _score(points, setting)
    logsigmoid = torch.nn.functional.logsigmoid
    twice_js = float((real * logsigmoid(score) + fake * logsigmoid(-score)).sum()) * step  # up to log 4
    return twice_js if name == "minimax" else -float((fake * score).sum()) * step - twice_js


def _decide(numbers: Numbers) -> Word:
    errors = [numbers["largest relative error, minimax"], numbers["largest relative error, non-saturating"]]
    return "confirmed" if max(errors) < 1e-3 else "refuted"


def _key(numbers: Numbers) -> str:
    names = ("minimax", "non-saturating")
    return f"largest relative error {max(numbers[f'largest relative error, {name}'] for name in names):.1g}"


def _say(numbers: Numbers) -> str:
    return (
        f"For {len(FAKES)} Gaussians the gradients of our two generator losses agree with those of the divergences "
        f"within {numbers['largest relative error, minimax']:.1g} (minimax) and "
        f"{numbers['largest relative error, non-saturating']:.1g} (non-saturating), relatively."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    ends = [value for pair in numbers["gradients"].values() for row in pair for value in row]
    axes.plot([min(ends), max(ends)], [min(ends), max(ends)], color="#A0A0A0")
    names = {"minimax": "minimax, 2 JS", "non-saturating": "non-saturating, KL - 2 JS"}
    for place, (name, (ours, theirs)) in enumerate(numbers["gradients"].items()):
        axes.plot(theirs, ours, label=names[name], **dots(place))
    axes.set(xlabel="gradient of the divergence", ylabel="gradient of G's loss")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S2}; {sources.PRINCIPLED}, theorem on the -log D trick",
    method="Data N(0, 1) and twelve Gaussian generators with mean and standard deviation to learn. Gradients of our "
    "generator losses through the samples, the closed best D held fixed, against central differences of the "
    "divergences, integrated numerically.",
    rule="Confirmed if both identities hold within 1e-3, relatively, for all twelve; otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
