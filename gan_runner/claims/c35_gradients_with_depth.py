"""C35, theory: gradients of a clipped critic explode or vanish with depth, those of a penalised one do not."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims import sources
from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.data.swiss_roll import load
from gan_runner.losses.wgan import Wasserstein
from gan_runner.models.mlp import Discriminator
from gan_runner.regularizers.base import Regularizer
from gan_runner.regularizers.clip import Clip
from gan_runner.regularizers.gp import GradientPenalty
from gan_runner.types import Critic, Turn

LAYERS, WIDTH, BATCH, STEPS = 12, 64, 256, 500
KINDS: dict[str, Regularizer] = {
    "clip 0.1": Clip(0.1),
    "clip 0.01": Clip(0.01),
    "clip 0.001": Clip(0.001),
    "penalised": GradientPenalty(10.0),
}


def _measure(bench: Bench) -> Numbers:
    norms = {name: _norms(regularizer, bench.steps(STEPS)) for name, regularizer in KINDS.items()}
    return {f"growth per layer, {name}": _growth(values) for name, values in norms.items()} | {"norms": norms}


def _norms(regularizer: Regularizer, steps: int) -> list[float]:
    """Return the gradient norm of the critic's loss at each hidden layer, from the first, after ``steps``."""
    torch.manual_seed(0)
    points = load().samples
    assert isinstance(points, Tensor)
    network, loss = Discriminator((2,), [WIDTH] * LAYERS, "relu", init="he"), Wasserstein()
    adam = isinstance(regularizer, GradientPenalty)
    optimizer: torch.optim.Optimizer = torch.optim.RMSprop(network.parameters(), 5e-5)
    if adam:
        optimizer = torch.optim.Adam(network.parameters(), 1e-4, (0.0, 0.9))
    for _ in range(steps):
        real = points[torch.randint(len(points), (BATCH,))]
        fake = points[torch.randint(len(points), (BATCH,))] + torch.randn(BATCH, 2)
        optimizer.zero_grad()
        term = regularizer(Critic(network), Turn(real, fake, fake))
        value = loss.discriminator(network(real), network(fake))
        (value if term is None else value + term).backward()
        optimizer.step()
        regularizer.constrain(network)
    network.double()  # what is left at the first of twelve layers may be too small for float32
    hidden, values = torch.cat([real, fake]).double(), []
    for layer in network.body:
        hidden = layer(hidden)
        if isinstance(layer, torch.nn.ReLU):
            values.append(hidden)
    scores = network.score(hidden)
    gradients = torch.autograd.grad(loss.discriminator(scores[:BATCH], scores[BATCH:]), values)
    return [float(gradient.norm()) for gradient in gradients]


def _growth(norms: list[float]) -> float:
    """Return the slope of log norm over the layers, counted from the last to the first as gradients go."""
    logs = torch.tensor(norms, dtype=torch.float64).log()
    layers = torch.arange(len(norms), dtype=torch.float64)
    return -float(torch.cov(torch.stack([layers, logs]))[0, 1] / layers.var())


def _decide(numbers: Numbers) -> Word:
    clipped = [abs(numbers[f"growth per layer, clip {bound}"]) > 0.5 for bound in ("0.1", "0.01", "0.001")]
    flat = abs(numbers["growth per layer, penalised"]) < 0.1
    return "confirmed" if all(clipped) and flat else "undecided" if any(clipped) else "refuted"


def _key(numbers: Numbers) -> str:
    told = (f"{numbers[f'growth per layer, {name}']:+.2f} ({name})" for name in KINDS)
    return f"log growth per layer: {', '.join(told)}"


def _say(numbers: Numbers) -> str:
    return (
        f"From the last of twelve hidden layers to the first the {_key(numbers)}; 0 would be as long everywhere, -2.3 "
        "ten times shorter at each layer."
    )


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, norms) in enumerate(numbers["norms"].items()):
        axes.plot(range(1, len(norms) + 1), norms, label=name, **look(place, marker="."))
    axes.set(xlabel="hidden layer", ylabel="gradient norm", yscale="log")
    axes.legend()


CLAIM = Claim(
    source=f"{sources.S2}; {sources.WGAN_GP}, section 3 and figure 1b",
    method="A critic of twelve ReLU layers (64 wide, where the paper has 512), He's start, Swiss roll against the same "
    "with N(0, 1) noise, 500 steps of 256: clipped with RMSProp at 5e-5, penalised by 10 with Adam at 1e-4. The norm "
    "of the gradient of the critic's loss in each hidden layer's output, in float64 (in float32, tried first, it "
    "underflowed); the growth is the slope of its logarithm.",
    rule="Confirmed if the growth per layer is beyond +-0.5 with bounds 0.1, 0.01 and 0.001 and within +-0.1 with the "
    "penalty; refuted if it is within +-0.5 with all bounds.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=40,
)
