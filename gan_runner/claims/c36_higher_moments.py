"""C36, theory: a clipped critic misses what is beyond the means of the data, a penalised one sees it."""

from statistics import median

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import dots
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.fixed_fakes import LIMITS, METHOD, STEPS, TOYS, draw, points_of, trained
from gan_runner.claims.many import Crowd
from gan_runner.metrics.transport import wasserstein1

COUNT, PAIRED = 4000, 1500


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {"seeds": bench.seeds}
    captured: dict[str, dict[str, list[float]]] = {kind: {} for kind in LIMITS}
    for toy in TOYS:
        torch.manual_seed(0)
        real, fake = (points[0].double() for points in draw(points_of(toy), 1, PAIRED))
        numbers[f"exact W1, {toy}"] = wasserstein1(real, fake)
        for kind in LIMITS:
            captured[kind][toy] = _captured(trained(toy, kind, bench.seeds, bench.steps(STEPS)), toy)
            numbers[f"W1 seen, {kind}, {toy}"] = median(captured[kind][toy])
        pairs = zip(captured["penalised"][toy], captured["clipped"][toy], strict=True)
        numbers[f"penalised / clipped, {toy}"] = median(one / max(other, 1e-9) for one, other in pairs)
    return numbers | {"W1 seen by each seed": captured}


def _captured(critics: Crowd, toy: str) -> list[float]:
    """Return each seed's (E f(x) - E f(y)) / max |grad f|, a lower bound of W1, on samples and lines between them."""
    exact = Crowd(critics.shape, {name: weight.detach().double() for name, weight in critics.weights.items()})
    torch.manual_seed(1)
    seeds = len(critics.parameters()[0])
    real, fake = (points.double() for points in draw(points_of(toy), seeds, COUNT))
    between = torch.lerp(fake, real, torch.rand(seeds, COUNT, 1, dtype=torch.float64))
    points = torch.cat([real, fake, between], dim=1).requires_grad_()
    scores = exact(points)
    (slopes,) = torch.autograd.grad(scores.sum(), points)
    gaps = scores[:, :COUNT].mean(dim=1) - scores[:, COUNT : 2 * COUNT].mean(dim=1)
    found: list[float] = (gaps / slopes.norm(dim=2).amax(dim=1)).tolist()
    return found


def _decide(numbers: Numbers) -> Word:
    twice = [numbers[f"penalised / clipped, {toy}"] >= 2 for toy in ("8 Gaussians", "25 Gaussians", "Swiss roll")]
    return "confirmed" if all(twice) else "undecided" if any(twice) else "refuted"


def _key(numbers: Numbers) -> str:
    told = (f"{numbers[f'penalised / clipped, {toy}']:.2g} ({toy})" for toy in TOYS)
    return f"penalised / clipped: {', '.join(told)}"


def _say(numbers: Numbers) -> str:
    told = "; ".join(
        f"{toy} {numbers[f'W1 seen, clipped, {toy}']:.2g} clipped and {numbers[f'W1 seen, penalised, {toy}']:.2g} "
        f"penalised of {numbers[f'exact W1, {toy}']:.2g}"
        for toy in TOYS
    )
    return f"Of the distance between data and fakes, which have the same mean, the critics see: {told}."


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (kind, found) in enumerate(numbers["W1 seen by each seed"].items()):
        for count, values in enumerate(found.values()):
            x = [count + 0.3 * place - 0.15] * len(values)
            axes.plot(x, values, label=None if count else kind, **dots(place, markersize=6, alpha=0.8))
    for count, toy in enumerate(TOYS):
        exact = numbers[f"exact W1, {toy}"]
        label = None if count else "exact W1"
        axes.plot([count - 0.35, count + 0.35], [exact, exact], color="#606060", label=label)
    axes.set_xticks(range(len(TOYS)), TOYS)
    axes.set(ylabel="gap over the largest slope", ylim=(0, None))
    axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.18), columnspacing=1, handletextpad=0.4)


CLAIM = Claim(
    source=f"{sources.WGAN_GP}, section 3 and figure 1a",
    method=f"{METHOD}; these are the critics of C34. What a critic sees of W1 is its gap E f(x) - E f(y) over its "
    "largest slope on 4,000 new points of either kind and as many between them: a lower bound of W1, but for steeper "
    "places that were not met. Exact W1 is that of 1,500 points each, a little above that of the distributions.",
    rule="Confirmed if on all three toys the penalised critic sees at least twice what the clipped one does, as the "
    "median over seeds; refuted if on none.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=100,
)
