"""Invented people and how they write."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Writer:
    """How one person writes. Lengths are in squares (the side of the square a character is written into)."""

    height: float
    """Of the square in pixels."""
    aspect: float
    """Width of the square over its height."""
    shear: float
    """Sideways shift of upright strokes over their height, positive leaning right."""
    tilt: float
    """Angle in radians by which lines climb to the right."""
    pen: float
    """Width of the line."""
    ink: float
    """Grey of the ink, 0 black to 255 white."""
    smoothing: float
    """How far corners are rounded, in resampled points."""
    taper: float
    """Share of the width that a stroke loses at its end."""
    joining: float
    """Chance that the pen stays down between two strokes."""
    reach: tuple[float, float]
    """Length of strokes along x and y over that of the model."""
    bow: float
    """Sagitta of straight strokes over their length, of either sign."""
    balance: tuple[float, float]
    """Shift of the middle of the square towards the right and the bottom: which parts come out large."""
    unrest: float
    """Standard deviation of shifts from stroke to stroke; of angles in radians, thrice that."""
    warp: float
    """Amplitude of the bending of the whole square, different every time."""
    grain: float
    """Standard deviation of the ink's grey from pixel to pixel."""


def writer(seed: int, number: int) -> Writer:
    """Return an invented person, the same for the same ``seed`` and ``number``."""
    rng = np.random.default_rng([seed, number])
    return Writer(
        height=rng.uniform(44, 92),
        aspect=math.exp(rng.normal(0, 0.1)),
        shear=rng.normal(0, 0.1),
        tilt=rng.normal(0.05, 0.05),
        pen=rng.uniform(20, 48) / 1024,
        ink=rng.uniform(20, 110),
        smoothing=rng.uniform(0.3, 2.4),
        taper=rng.uniform(0.1, 0.8),
        joining=rng.uniform(0, 0.5),
        reach=(math.exp(rng.normal(0, 0.08)), math.exp(rng.normal(0, 0.06))),
        bow=rng.normal(0, 0.04),
        balance=(rng.normal(0, 0.04), rng.normal(0, 0.04)),
        unrest=rng.uniform(0.006, 0.024),
        warp=rng.uniform(0.005, 0.02),
        grain=rng.uniform(4, 18),
    )
