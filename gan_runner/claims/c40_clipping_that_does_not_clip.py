"""C40, theory: the WGAN program that the post prints clips its critic's weights."""

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.data.mnist import load
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.wgan_mnist import Discriminator
from gan_runner.regularizers.clip import Clip

BOUND, STEPS, BATCH = 0.01, 100, 32


def _measure(bench: Bench) -> Numbers:
    pictures = load(limit=5000).samples
    assert isinstance(pictures, Tensor)
    kept = {name: _largest(pictures, clips, bench.steps(STEPS)) for name, clips in (("printed", False), ("real", True))}
    return {
        "bound": BOUND,
        "largest weight, as printed": kept["printed"][-1],
        "largest weight, with real clipping": kept["real"][-1],
        "curves": kept,
    }


def _largest(pictures: Tensor, clips: bool, steps: int) -> list[float]:
    """Return the largest absolute weight after each step, for real digits against noise."""
    torch.manual_seed(0)
    network, loss, clip = Discriminator((1, 28, 28)), Wasserstein(), Clip(BOUND)
    optimizer = torch.optim.RMSprop(network.parameters(), 5e-5)
    found = []
    for _ in range(steps):
        real = pictures[torch.randint(len(pictures), (BATCH,))] / 127.5 - 1
        optimizer.zero_grad()
        loss.discriminator(network(real), network(torch.rand_like(real) * 2 - 1)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if clips:
            clip.constrain(network)
        else:
            _as_printed(network)
        found.append(max(float(parameter.detach().abs().max()) for parameter in network.parameters()))
    return found


def _as_printed(network: nn.Module) -> list[Tensor]:
    """Return clipped copies of the weights; nobody takes them, as nobody does in the post's loop."""
    return [parameter.detach().clamp(-BOUND, BOUND) for parameter in network.parameters()]


def _decide(numbers: Numbers) -> Word:
    return "confirmed" if numbers["largest weight, as printed"] <= numbers["bound"] * (1 + 1e-6) else "refuted"


def _key(numbers: Numbers) -> str:
    return f"largest weight {numbers['largest weight, as printed']:.2g} (bound {BOUND})"


def _say(numbers: Numbers) -> str:
    return (
        "The printed loop makes clipped copies and keeps none: the largest weight is "
        f"{numbers['curves']['printed'][0]:.2g} after the first step and {numbers['largest weight, as printed']:.2g} "
        f"after the last, with real clipping "
        f"{numbers['largest weight, with real clipping']:.2g}. What the post trains is a critic without a limit."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, values) in enumerate(numbers["curves"].items()):
        label = "as printed" if name == "printed" else "really clipped"
        axes.plot(range(1, len(values) + 1), values, label=label, **look(place))
    axes.set(xlabel="step of the critic", ylabel="largest |weight|", yscale="log")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S2}, its program; {sources.WGAN}, Algorithm 1",
    method="The post's critic on digits against noise, 100 steps of RMSProp at 5e-5 (it prints no optimiser), bound "
    "0.01 (nor this): once with its loop, which builds minima and maxima and assigns them to nothing, once with our "
    "clipping.",
    rule="Confirmed if after 100 steps with the printed loop no weight is beyond the bound; otherwise refuted.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=20,
)
