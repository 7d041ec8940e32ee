"""What the claims on the small ring read off their runs: of made-up ones, whose numbers are known."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gan_runner.claims.chart import png
from gan_runner.claims.claim import Bench
from gan_runner.claims.critics_on_a_ring import course, covering, half_way
from gan_runner.claims.registry import entries
from gan_runner.claims.store import rounded
from gan_runner.compare.runs import Run

LOOKS = list(range(30, 1501, 30))
LOGGED = list(range(5, 1501, 5))


def made_up(seed: int = 0, pace: float = 500.0, scale: float = 1.0, modes: float = 8.0) -> Run:
    """Return a run whose W1 falls as 2 exp(-step / pace), and its estimate with it, ``scale`` times as large."""
    fall = {step: 2 * math.exp(-step / pace) * (1 + 0.01 * seed) for step in LOGGED}
    curves: dict[str, tuple[list[int], list[float]]] = {
        "metric/w1": (LOOKS, [fall[step] for step in LOOKS]),
        "metric/occupied": (LOOKS, [modes] * len(LOOKS)),
        "loss/wasserstein": (LOGGED, [scale * value for value in fall.values()]),
        "loss/discriminator": (LOGGED, [1.4 + 0.01 * math.cos(step) for step in LOGGED]),
    }
    final = {name.removeprefix("metric/"): values[-1] for name, (_, values) in curves.items()}
    none: dict[str, Any] = {"choices": {}, "settings": {}, "typed": {}, "pictures": {}, "alarms": (), "measure": None}
    none |= dict.fromkeys(("error", "stopped_early", "started", "version", "data", "fingerprint"), "")
    return Run(Path(), False, step=1500, steps=1500, seed=seed, seconds=15.0, final=final, curves=curves, **none)


@dataclass(frozen=True)
class MadeUp(Bench):
    """A bench that trains nothing: a penalised critic is the fastest, least squares get worse with better critics."""

    def sweep(self, experiment: str, overrides: Sequence[str], steps: int) -> list[Run]:
        """Return a made-up run a seed, by loss and discriminator steps."""
        words = " ".join(overrides)
        d_steps = int(words.split("trainer.d_steps=")[1].split()[0])
        pace = 300.0 if "gp" in words else 900.0 if "loss=wgan" in words else 200.0 + 20 * d_steps
        scale = 0.1 if "bound=0.03" in words else 10.0 if "bound=0.3" in words else 1.0
        return [made_up(seed, pace, scale) for seed in range(self.seeds)]


@pytest.mark.parametrize(
    ("name", "verdict", "expected"),
    [
        ("C29", "confirmed", {"runs with 7 modes, least squares, D steps 20": 3}),
        ("C32", "confirmed", {"median correlation, WGAN, clipped": 1.0, "median correlation, WGAN-GP": 1.0}),
        ("C33", "undecided", {"runs": 12}),
        ("C37", "confirmed", {"runs a kind": 6, "runs with 7 modes, GP": 6}),
        # 2 exp(-step / pace) falls below 0.2 at 2.303 paces: 506, 506, after 1,500, and 691 to 705
        ("C42", "undecided", {"steps of G, least squares": 510, "steps of G, clip": None, "steps of D, GP": 3600}),
    ],
)
def test_a_claim_is_measured_told_and_drawn(name: str, verdict: str, expected: dict[str, Any], tmp_path: Path) -> None:
    claim = entries()[name].load()
    numbers = rounded(claim.measure(MadeUp(3, tmp_path)))
    assert {key: numbers[key] for key in expected} == expected
    assert claim.decide(numbers) == verdict
    assert claim.key(numbers)
    assert claim.say(numbers).endswith(".")
    assert Image.open(io.BytesIO(png(lambda axes: claim.draw(numbers, axes)))).size == (720, 480)


def test_the_course_is_the_mean_of_what_was_logged_since_the_look_before() -> None:
    run = made_up()
    distances, estimates = course(run, "loss/wasserstein")
    assert distances == run.curves["metric/w1"][1]
    assert estimates[1] == pytest.approx(sum(2 * math.exp(-step / 500) for step in (35, 40, 45, 50, 55, 60)) / 6)


def test_half_way_is_the_look_at_step_750_and_a_broken_run_covers_nothing() -> None:
    run = made_up()
    broken = replace(run, failed=True)
    assert half_way([run, broken], "w1", 9.0) == [pytest.approx(2 * math.exp(-1.5)), 9.0]
    assert covering([run, broken, made_up(modes=6.0), made_up(modes=7.0)]) == 2
