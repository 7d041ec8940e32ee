"""C34, training: clipping drives a critic's weights to its bounds, a gradient penalty does not."""

from statistics import median

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.fixed_fakes import LIMITS, METHOD, STEPS, TOYS, trained
from gan_runner.claims.many import Crowd

BINS = 40


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    shares: dict[str, dict[str, list[float]]] = {kind: {} for kind in LIMITS}
    for kind in LIMITS:
        for toy in TOYS:
            critics = trained(toy, kind, bench.seeds, bench.steps(STEPS))
            shares[kind][toy] = (_relative(critics).abs() >= 0.99).double().mean(dim=1).tolist()
            numbers[f"share at the bound, {kind}, {toy}"] = median(shares[kind][toy])
            if kind == "clipped":
                moved = _moved(critics, trained(toy, kind, bench.seeds, 0))
                numbers[f"share of those that moved, {toy}"] = median(moved)
    return numbers | {
        "shares": shares,
        "bins": torch.linspace(-1, 1, BINS + 1).tolist(),
        "histograms": {kind: _histograms(trained(TOYS[0], kind, bench.seeds, bench.steps(STEPS))) for kind in LIMITS},
    }


def _relative(critics: Crowd) -> Tensor:
    """Return each seed's weights of the three hidden layers ``[S, W]``, each over the largest of its layer."""
    layers = [layer / layer.abs().amax(dim=1, keepdim=True) for layer in _layers(critics)]
    return torch.cat(layers, dim=1)


def _layers(critics: Crowd) -> list[Tensor]:
    names = [name for name in critics.weights if name.startswith("body") and name.endswith("weight")]
    return [critics.weights[name].detach().flatten(1) for name in names]


def _moved(critics: Crowd, start: Crowd) -> list[float]:
    """Return of each seed the share at the bound of those weights that are no longer where they were at the start."""
    away, there = (
        _relative(critics).abs() >= 0.99,
        torch.cat(_layers(critics), dim=1) != torch.cat(_layers(start), dim=1),
    )
    return ((away & there).sum(dim=1) / there.sum(dim=1).clamp(min=1)).tolist()


def _histograms(critics: Crowd) -> list[list[float]]:
    """Return the share of each seed's weights in each of the bins from -1 to 1."""
    weights = _relative(critics)
    return [(torch.histc(row, BINS, -1, 1) / len(row)).tolist() for row in weights]


def _decide(numbers: Numbers) -> Word:
    toys = ("8 Gaussians", "25 Gaussians", "Swiss roll")
    clipped = [numbers[f"share at the bound, clipped, {toy}"] for toy in toys]
    penalised = [numbers[f"share at the bound, penalised, {toy}"] for toy in toys]
    if max(clipped) <= 0.5:
        return "refuted"
    return "confirmed" if min(clipped) > 0.5 and max(penalised) < 0.05 else "undecided"


def _key(numbers: Numbers) -> str:
    told = (f"{numbers[f'share at the bound, clipped, {toy}']:.0%} ({toy})" for toy in TOYS)
    return f"at the bound {', '.join(told)}"


def _say(numbers: Numbers) -> str:
    penalised = max(numbers[f"share at the bound, penalised, {toy}"] for toy in TOYS)
    moved = min(numbers[f"share of those that moved, {toy}"] for toy in TOYS)
    return (
        f"Of the weights of a clipped critic's hidden layers are {_key(numbers)}, within 1 % of it, as medians of "
        f"{numbers['seeds']} seeds; with the penalty at most {penalised:.2%} are so near the largest of their layer. "
        f"Of those that the clipped critic's training moved at all, {moved:.1%} or more are at the bound."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    middles = [(low + high) / 2 for low, high in zip(numbers["bins"][:-1], numbers["bins"][1:], strict=True)]
    for place, (kind, rows) in enumerate(numbers["histograms"].items()):
        for count, row in enumerate(rows):
            axes.plot(middles, row, label=None if count else kind, **look(place, linewidth=1.2))
    axes.set(yscale="log", xlabel="weight, over the largest of its layer", ylabel="share of weights (8 Gaussians)")
    axes.legend(loc="upper center")


CLAIM = Claim(
    source=f"{sources.S2}; {sources.WGAN_GP}, section 3 and figure 1b",
    method=f"{METHOD}. Counted are the weights of the three hidden layers within 1 % of the largest of their layer, "
    "which is the bound where they are clipped. All seeds side by side.",
    rule="Confirmed if on all three toys, as the median over seeds, more than half of the clipped critic's weights are "
    "at the bound and less than 5 % of the penalised one's; refuted if on no toy half of the clipped one's are.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=100,
)
