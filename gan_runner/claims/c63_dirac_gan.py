"""C63, theory: in Dirac-GAN the flows of GAN and WGAN circle for ever, and R1 brings them home."""

import math
from collections.abc import Callable

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gan_runner.claims.chart import line as look
from gan_runner.claims.claim import Bench, Claim, Numbers, Word
from gan_runner.losses.base import Loss
from gan_runner.losses.gan import Minimax
from gan_runner.losses.wgan import Wasserstein
from gan_runner.regularizers.base import Regularizer
from gan_runner.regularizers.zero_centered import ZeroCentered
from gan_runner.types import Critic, Turn

GAMES: dict[str, tuple[Loss, Regularizer]] = {
    "GAN": (Minimax(), Regularizer()),
    "WGAN": (Wasserstein(), Regularizer()),
    "GAN + R1": (Minimax(), ZeroCentered(1.0)),
}
START, STEP, TIME = (1.0, 0.0), 0.05, 40.0


def _measure(bench: Bench) -> Numbers:
    paths = {name: _path(game, _runge_kutta, bench) for name, game in GAMES.items()}
    alternating = {name: _path(game, _alternate, bench) for name, game in GAMES.items()}
    numbers: Numbers = {f"end / start, {name}": _radius(path) for name, path in paths.items()}
    numbers |= {f"end / start, alternating steps, {name}": _radius(path) for name, path in alternating.items()}
    return numbers | {"paths": {name: [list(place) for place in path[::4]] for name, path in paths.items()}}


def _field(game: tuple[Loss, Regularizer], place: Tensor) -> Tensor:
    """Return (-dG/dtheta, -dD/dpsi) at (theta, psi): data at 0, the fake at theta, f(x) = psi x."""
    loss, regularizer = game
    theta, psi = (value.clone().requires_grad_() for value in place)
    real = torch.zeros(1, 1, dtype=torch.float64)
    fake = theta.view(1, 1)

    def score(points: Tensor, labels: None = None) -> Tensor:
        scores: Tensor = psi * points[:, 0]
        return scores

    value = loss.discriminator(score(real), score(fake.detach()))
    term = regularizer(Critic(score), Turn(real, fake.detach(), fake.detach()))  # type: ignore[arg-type]
    value = value if term is None else value + term
    down = torch.autograd.grad(loss.generator(None, score(fake)), theta)[0]
    return torch.stack([-down, -torch.autograd.grad(value, psi)[0]])


def _runge_kutta(game: tuple[Loss, Regularizer], place: Tensor) -> Tensor:
    first = _field(game, place)
    second = _field(game, place + 0.5 * STEP * first)
    third = _field(game, place + 0.5 * STEP * second)
    fourth = _field(game, place + STEP * third)
    there: Tensor = place + STEP / 6 * (first + 2 * second + 2 * third + fourth)
    return there


def _alternate(game: tuple[Loss, Regularizer], place: Tensor) -> Tensor:
    """Move psi, then theta against the new psi: what training does."""
    moved = place + STEP * _field(game, place) * torch.tensor([0.0, 1.0])
    return moved + STEP * _field(game, moved) * torch.tensor([1.0, 0.0])


def _path(
    game: tuple[Loss, Regularizer], move: Callable[[tuple[Loss, Regularizer], Tensor], Tensor], bench: Bench
) -> list[tuple[float, float]]:
    place = torch.tensor(START, dtype=torch.float64)
    path = [START]
    for _ in range(bench.steps(round(TIME / STEP))):
        place = move(game, place)
        path.append((float(place[0]), float(place[1])))
    return path


def _radius(path: list[tuple[float, float]]) -> float:
    (theta, psi), (first, second) = path[-1], path[0]
    return math.hypot(theta, psi) / math.hypot(first, second)


def _decide(numbers: Numbers) -> Word:
    circles = all(abs(numbers[f"end / start, {name}"] - 1) < 0.02 for name in ("GAN", "WGAN"))
    converges = numbers["end / start, GAN + R1"] < 1e-3
    return "confirmed" if circles and converges else "undecided" if circles or converges else "refuted"


def _key(numbers: Numbers) -> str:
    return "distance from the solution, end / start: " + ", ".join(
        f"{numbers[f'end / start, {name}']:.3g} ({name})" for name in GAMES
    )


def _say(numbers: Numbers) -> str:
    told = ", ".join(f"{numbers[f'end / start, alternating steps, {name}']:.3g} ({name})" for name in GAMES)
    return f"The {_key(numbers)}, after time 40. With alternating steps of 0.05 it is {told}."


def _draw(numbers: Numbers, axes: Axes) -> None:
    for place, (name, path) in enumerate(numbers["paths"].items()):
        axes.plot(*zip(*path, strict=True), label=name, **look(place, linewidth=1.5))
    axes.plot(0, 0, color="#000000", marker="+", markersize=12)
    axes.set(xlabel="theta, the fake", ylabel="psi, slope of D", aspect="equal", xlim=(-1.2, 2.6))
    axes.legend(loc="center right")


CLAIM = Claim(
    source="Mescheder et al. 2018, arXiv 1801.04406, section 2 and lemma 2.3",
    method="Data at 0, one fake at theta, f(x) = psi x, from (1, 0). The gradient flow of our losses and of our R1 "
    "penalty with gamma 1, by Runge-Kutta steps of 0.05 up to time 40; beside it alternating gradient steps of 0.05.",
    rule="Confirmed if sqrt(theta^2 + psi^2) ends at 1 +- 0.02 of its start for GAN and WGAN and below 1e-3 with R1; "
    "refuted if neither. Alternating steps do not count.",
    measure=_measure,
    decide=_decide,
    key=_key,
    say=_say,
    draw=_draw,
    seconds=10,
)
