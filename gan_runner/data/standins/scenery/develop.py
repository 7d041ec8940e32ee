"""From the painted picture to what a camera would have made of it: uneven light, exposure, grain."""

import io
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_runner.data.standins.scenery.view import FINE, View

COARSE = 24
"""The map of light is computed on a grid of so many points a side and enlarged."""
QUALITY, METHOD = 86, 1
"""Of the WebP encoder: 14 kB a picture as in LSUN; the higher methods take longer and save little."""


@dataclass(frozen=True)
class Glow:
    """Light around a place of the picture (0 to 1 from its left and top), ``reach`` of its width, by colour."""

    x: float
    y: float
    reach: float
    strength: tuple[float, float, float]


def develop(view: View, glows: list[Glow], rng: Random) -> Image.Image:
    """Return the view as an RGB picture of its nominal size.

    The light is 1 plus a Gaussian for every glow, less towards the corners, all with random contrast, exposure and
    warmth; the grain is Gaussian, of one and of several pixels, the same for the three colours as in a photograph
    taken indoors.
    """
    image = view.image.reduce(FINE)
    width, height = image.size
    grain = np.random.default_rng(rng.getrandbits(64))
    pixels = np.asarray(image, np.float32)
    light = _light(glows, rng)
    contrast, black = rng.uniform(0.85, 1.12), rng.uniform(0, 14)
    noise = rng.uniform(1.2, 4.5) * grain.standard_normal((height, width), np.float32)
    coarse = rng.uniform(1.0, 3.0) * grain.standard_normal((height // 5, width // 5), np.float32)
    clouds = 3 * grain.standard_normal((6, 8), np.float32)
    noise += _enlarged(coarse, image.size)
    noise += _enlarged(clouds, image.size)
    developed = np.empty((height, width, 3), np.uint8)
    for channel in range(3):
        plane = pixels[:, :, channel] * _enlarged(light[:, :, channel] * contrast, image.size)
        plane += noise
        plane += 128 * (1 - contrast) + black
        developed[:, :, channel] = np.clip(plane, 0, 255, out=plane)
    return Image.fromarray(developed)


def encoded(image: Image.Image) -> bytes:
    """Return a picture as WebP."""
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=METHOD)
    return file.getvalue()


def _light(glows: list[Glow], rng: Random) -> NDArray[np.float32]:
    """Return the light on a grid ``[COARSE, COARSE, 3]``."""
    x = np.linspace(0, 1, COARSE, dtype=np.float32)[None]
    y = x.T
    warmth = rng.gauss(0, 0.05)
    exposure = rng.uniform(0.82, 1.08)
    white = exposure * np.array([1 + warmth, 1 + rng.gauss(0, 0.008), 1 - warmth], np.float32)
    corners = 1 - rng.uniform(0.1, 0.5) * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    light: NDArray[np.float32] = corners[:, :, None] * white
    for glow in glows:
        near = np.exp(-((x - glow.x) ** 2 + (y - glow.y) ** 2) / (2 * glow.reach**2))
        light += near[:, :, None] * np.array(glow.strength, np.float32)
    return light


def _enlarged(grid: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BILINEAR), np.float32)
