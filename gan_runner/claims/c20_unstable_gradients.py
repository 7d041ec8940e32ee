"""C20, theory: the gradient of -log D gets unstable while the discriminator gets better."""

from statistics import median

import torch
from matplotlib.axes import Axes

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.vanishing import frozen, gradients, moments
from gan_runner.losses.base import Loss
from gan_runner.losses.gan import Minimax
from gan_runner.losses.nonsaturating import NonSaturating

BATCHES = 64
LOSSES: dict[str, Loss] = {"-log D": NonSaturating(), "log(1 - D)": Minimax()}


def _measure(bench: Bench) -> Numbers:
    made = frozen(bench.seeds, bench.share)
    variances: dict[str, list[list[float]]] = {name: [] for name in LOSSES}
    relative: list[list[float]] = []
    for discriminators in made.facing("cross-entropy", NonSaturating(), bench.share):
        latents = [made.latent() for _ in range(BATCHES)]
        for name, loss in LOSSES.items():
            slopes = torch.stack([gradients(loss, made.generators, discriminators, batch) for batch in latents])
            spread = slopes.var(dim=0).sum(dim=1)
            variances[name].append(spread.tolist())
            if name == "-log D":
                relative.append((spread / slopes.mean(dim=0).square().sum(dim=1)).tolist())
    growth = [end / begin for begin, end in zip(variances["-log D"][0], variances["-log D"][-1], strict=True)]
    told = [end / begin for begin, end in zip(relative[0], relative[-1], strict=True)]
    return {
        "seeds": bench.seeds,
        "late / early variance": median(growth),
        "smallest of the seeds": min(growth),
        "largest of the seeds": max(growth),
        "late / early variance over squared mean": median(told),
        "variance over squared mean, early": median(relative[0]),
        "variance over squared mean, late": median(relative[-1]),
        "late / early variance, log(1 - D)": median(
            end / begin for begin, end in zip(variances["log(1 - D)"][0], variances["log(1 - D)"][-1], strict=True)
        ),
        "steps": moments(bench.share),
        "variances": variances,
    }


def _decide(numbers: Numbers) -> Word:
    growth = numbers["late / early variance"]
    return "confirmed" if growth > 10 else "refuted" if growth < 2 else "undecided"


def _key(numbers: Numbers) -> str:
    low, high = numbers["smallest of the seeds"], numbers["largest of the seeds"]
    return f"variance grows {numbers['late / early variance']:.3g} times ({low:.3g} to {high:.3g})"


def _say(numbers: Numbers) -> str:
    return (
        f"From 10 to 4,000 steps of the discriminator the {_key(numbers)}, median of {numbers['seeds']} seeds; that "
        f"of log(1 - D) {numbers['late / early variance, log(1 - D)']:.2g} times. But the mean gradient gets as "
        f"much longer: over its squared length the variance is {numbers['variance over squared mean, early']:.2g} at "
        f"the start and {numbers['variance over squared mean, late']:.2g} at the end."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, rows) in enumerate(numbers["variances"].items()):
        for count, values in enumerate(zip(*rows, strict=True)):
            style = look(place, linewidth=1.2, marker=".")
            axes.plot(numbers["steps"], values, label=None if count else name, **style)
    axes.set(
        xscale="log", yscale="log", xlabel="steps of training D (a line a seed)", ylabel="variance of G's gradient"
    )
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S2}; {sources.PRINCIPLED}, theorem 2.6 and figure 3",
    method="As for C19: digits at 8 x 8 pixels, a generator frozen after 300 steps, a discriminator of two layers of "
    "64 trained against it for 4,000 steps of Adam at 1e-3. After 10, 30, ... 4,000 of them the generator's gradient "
    f"is taken on {BATCHES} batches of 64 latents; its variance is summed over all weights.",
    rule="Confirmed if the variance after 4,000 steps is more than 10 times that after 10, as the median over seeds; "
    "refuted if less than 2 times.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=5,
    seconds=25,
)
