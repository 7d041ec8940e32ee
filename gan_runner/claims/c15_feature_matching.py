"""C15, theory: feature matching of Improved GAN minimises an MMD."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.losses.feature_matching import FeatureMatching
from gan_runner.losses.kernels import squared_mmd
from gan_runner.models.mlp import Discriminator
from gan_runner.types import Features, Turn

TRIALS = 40


def _measure(bench: Bench) -> Numbers:
    torch.manual_seed(0)
    network, loss = Discriminator((2,), [64, 64]).double(), FeatureMatching()
    matched, linear, gaussian = [], [], []
    for trial in range(TRIALS):
        real = torch.randn(200, 2, dtype=torch.float64)
        fake = (0.5 + trial / TRIALS) * torch.randn(300, 2, dtype=torch.float64) + 0.05 * (trial % 7)
        with torch.no_grad():
            first, second = network.features(real), network.features(fake)
        turn = Turn(real, fake, fake, side="generator", features=Features(first, second))
        matched.append(float(loss.generator(None, second[:, 0], turn=turn)))
        linear.append(_linear_mmd(first, second) / first.shape[1])
        gaussian.append(float(squared_mmd(first, second, [1.0])))
    pairs = list(zip(matched, linear, strict=True))
    return {
        "pairs of samples": TRIALS,
        "largest relative error, linear kernel": max(abs(ours / theirs - 1) for ours, theirs in pairs),
        "order kept by a Gaussian kernel": _concordance(matched, gaussian),
        "feature matching": matched,
        "linear": linear,
    }


def _linear_mmd(real: Tensor, fake: Tensor) -> float:
    """Return the biased MMD^2 under k(a, b) = a.b, from all three kernels."""
    return float((real @ real.T).mean() - 2 * (real @ fake.T).mean() + (fake @ fake.T).mean())


def _concordance(first: list[float], second: list[float]) -> float:
    """Return Spearman's rank correlation."""
    ranks = torch.tensor([first, second]).argsort(dim=1).argsort(dim=1).double()
    return float(torch.corrcoef(ranks)[0, 1])


def _decide(numbers: Numbers) -> Word:
    return "confirmed" if numbers["largest relative error, linear kernel"] < 1e-6 else "refuted"


def _key(numbers: Numbers) -> str:
    return f"relative error {numbers['largest relative error, linear kernel']:.1g} (allowed 1e-6)"


def _say(numbers: Numbers) -> str:
    return (
        "It is MMD^2 with the linear kernel on the discriminator's features (divided by their number), within "
        f"{numbers['largest relative error, linear kernel']:.3g}, relatively. Only that kernel: it matches means of "
        "features, no more; with a Gaussian kernel on the same features the rank correlation is "
        f"{numbers['order kept by a Gaussian kernel']:.3f}."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    axes.plot([1e-6, 1], [1e-6, 1], color="#A0A0A0")
    axes.plot(numbers["linear"], numbers["feature matching"], **dots(0))
    low, high = min(numbers["linear"]) / 2, max(numbers["linear"]) * 2
    axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
    axes.set(xlabel="MMD² with the linear kernel / F", ylabel="feature matching loss")


CLAIM = Claim(
    source=f"{sources.S4}; Salimans et al. 2016, arXiv 1606.03498, section 3.1",
    method="Our feature matching loss on 40 pairs of samples against MMD^2 with the linear kernel, by its three means "
    "over pairs, on the same features of a network of two layers of 64.",
    rule="Confirmed if they agree within 1e-6, relatively, for every pair; otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
)
