"""A made-up result."""

from typing import Any

import pytest

from gan_runner.claims.store import Result

FIELDS: dict[str, Any] = {
    "claim": "C05",
    "verdict": "confirmed",
    "sentence": "It is flat | there.",
    "key": "flat over 13",
    "rule": "The rule as it was.",
    "digest": "0" * 16,
    "seeds": 3,
    "command": "gan-claim run C05 seeds=3",
    "seconds": 1.5,
    "versions": {"python": "3.11", "torch": "2.15", "numpy": None},
    "numbers": {
        "length of flat part, cross-entropy": 13.0,
        "length of flat part, least squares": 0.5,
        "curve": [1.0, 2.0],
    },
}


@pytest.fixture
def result() -> Result:
    return Result(**FIELDS)
