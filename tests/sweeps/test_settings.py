"""The ranges of a sweep's settings."""

from typing import Any

import pytest
from omegaconf import OmegaConf

from gan_runner.errors import UsageError
from gan_runner.sweeps.settings import SweepSettings, sweep_settings

USUAL = {
    "dir": None,
    "slots": None,
    "retries": 0,
    "on_failure": "continue",
    "samples": None,
    "grid": None,
    "seed": 0,
    "halving": None,
}


def test_the_usual_settings_are_those_of_the_config(compose_config: Any) -> None:
    assert compose_config()["sweep"] == USUAL
    assert sweep_settings(OmegaConf.create({"sweep": USUAL})) == SweepSettings(**USUAL)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dir": " "}, "dir, got an empty word"),
        ({"slots": 0}, "slots, got 0"),
        ({"retries": -1}, "retries, got -1"),
        ({"on_failure": "x"}, "sweep.on_failure: got 'x'"),
        ({"samples": 0}, "samples, got 0; allowed: 1 or more"),
        ({"grid": 1}, "grid, got 1; allowed: 2 or more"),
        ({"halving": 1}, "halving, got 1; allowed: 2 or more"),
        ({"samples": 3, "grid": 3}, "samples=3 and grid=3; allowed: one of them"),
    ],
)
def test_what_is_out_of_range_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        sweep_settings(OmegaConf.create({"sweep": USUAL | change}))
