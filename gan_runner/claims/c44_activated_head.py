"""C44, theory: putting GLS-GAN's cost on single scores, as a last activation of D, is the same thing."""

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from gan_runner.claims import sources
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.claims.many import Play, crowd, train
from gan_runner.data.gaussian_mixture import load
from gan_runner.losses.glsgan import GeneralizedLossSensitive
from gan_runner.losses.notes_glsgan import ActivatedWasserstein
from gan_runner.models.mlp import Discriminator, Generator
from gan_runner.regularizers.clip import Clip
from gan_runner.types import Turn

SLOPES, PAIRS, STEPS, BATCH, WINDOWS = (1.0, 0.0, -1.0), 200, 1500, 50, 30


def _measure(bench: Bench) -> Numbers:
    numbers: Numbers = {f"angle between gradients, slope {slope:g}": _angle(slope) for slope in SLOPES}
    dead = _dead_shares(bench.seeds, bench.steps(STEPS))
    ends = [shares[-1] for shares in dead]
    numbers["seeds"] = bench.seeds
    numbers["seeds in which all fakes are without a gradient at the end, slope 0"] = sum(end == 1 for end in ends)
    numbers["mean share of fakes without a gradient at the end, slope 0"] = sum(ends) / len(ends)
    return numbers | {
        "steps": [bench.steps(STEPS) * (place + 1) / len(dead[0]) for place in range(len(dead[0]))],
        "dead": dead,
    }


def _angle(slope: float) -> float:
    """Return the angle in degrees between the two discriminator gradients in the scores; 0 if one is as the other."""
    random = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(PAIRS, 3, generator=random, dtype=torch.float64) for _ in range(2))
    high, low = (torch.randn(PAIRS, generator=random, dtype=torch.float64).requires_grad_() for _ in range(2))
    official = GeneralizedLossSensitive(0.5, 1.0, 0.0, slope).discriminator(high, low, turn=Turn(real, fake, fake))
    first = torch.cat(torch.autograd.grad(official, (high, low)))
    second = torch.cat(torch.autograd.grad(ActivatedWasserstein(slope).discriminator(high, low), (high, low)))
    cosine = first @ second / (first.norm() * second.norm())
    return float(torch.rad2deg(torch.acos(cosine.clamp(-1, 1))))


def _dead_shares(seeds: int, steps: int) -> list[list[float]]:
    """Return of each seed the share of fakes that give no gradient, in `WINDOWS` parts of a training with slope 0."""
    points = load().samples
    assert isinstance(points, Tensor)
    generators = crowd(lambda: Generator(20, (2,), [128]), seeds)
    discriminators = crowd(lambda: Discriminator((2,), [64, 64], "relu"), seeds)
    weights, clip, shares = nn.ParameterList(discriminators.parameters()), Clip(0.08), list[Tensor]()

    def look(step: int) -> None:
        clip.constrain(weights)
        with torch.no_grad():
            shares.append((discriminators(generators(latent())) <= 0).float().mean(dim=1))

    def real() -> Tensor:
        return points[torch.randint(len(points), (seeds, BATCH))]

    def latent() -> Tensor:
        return 2 * torch.rand(seeds, BATCH, 20) - 1

    rms = [torch.optim.RMSprop(networks.parameters(), 5e-5) for networks in (discriminators, generators)]
    train(generators, discriminators, Play(ActivatedWasserstein(0.0), real, latent, (rms[0], rms[1])), steps, look)
    parts = torch.split(torch.stack(shares), max(steps // WINDOWS, 1))
    return torch.stack([part.mean(dim=0) for part in parts], dim=1).tolist()


def _decide(numbers: Numbers) -> Word:
    angles = [numbers[f"angle between gradients, slope {slope}"] for slope in ("1", "0", "-1")]
    return "confirmed" if max(angles) < 1e-3 else "refuted"


def _key(numbers: Numbers) -> str:
    angles = [numbers[f"angle between gradients, slope {slope:g}"] for slope in SLOPES]
    return f"{angles[0]:.2g}, {angles[1]:.0f} and {angles[2]:.0f} degrees apart with slopes 1, 0 and -1"


def _say(numbers: Numbers) -> str:
    return (
        f"Only with slope 1 do the two gradients point the same way: they are {_key(numbers)}. With slope 0, "
        f"{numbers['mean share of fakes without a gradient at the end, slope 0']:.0%} of the fakes give the generator "
        f"no gradient at the end of a short training, and in "
        f"{numbers['seeds in which all fakes are without a gradient at the end, slope 0']} of {numbers['seeds']} seeds "
        "none does."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for shares in numbers["dead"]:
        axes.plot(numbers["steps"], shares, color="#D55E00", linewidth=1)
    axes.set(xlabel="step, slope 0", ylabel="share of fakes without\na gradient, a line a seed", ylim=(-0.02, 1.02))


CLAIM = Claim(
    source=f"{sources.S3}, which calls it GLS-GAN; {sources.GLS_GAN}, appendix D, has the cost on pairs",
    method="Gradients in the scores of our two losses on 200 random pairs. Beside it, for slope 0, the share of fakes "
    "that give no gradient in 1,500 steps on a ring of Gaussians, with the post's RMSProp at 5e-5, clipping to 0.08 "
    "and batches of 50, in small networks, with ten seeds (a first trial had one).",
    rule="Confirmed if the gradients point the same way (within 0.001 degrees) for slopes 1, 0 and -1; refuted if not. "
    "The share does not count.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seeds=10,
    seconds=20,
)
