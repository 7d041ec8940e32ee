"""How a picture of any size and kind becomes one square array."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

Fit = Literal["crop", "stretch", "pad"]
Filter = Literal["bicubic", "bilinear", "lanczos", "box"]
OnError = Literal["stop", "skip"]
"""At a broken picture: end with a sentence, or pass over up to 1 % of them."""
Report = Callable[[str, int, int], None]
"""Told, while something takes time: what is being done, how many are done, of how many."""

FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}
GREY_MODES = ("1", "L", "LA", "La", "I", "F")
DEEP_GREY = ("I;16", "I;16L", "I;16B", "I;16N")
WHITE = 255
DRAFT = 2
"""A JPEG may be decoded at a half, quarter or eighth of its size if that leaves this many times the size wanted."""


@dataclass(frozen=True)
class Recipe:
    """What is done to every picture of a set.

    ``size``      the side in pixels
    ``channels``  1 (grey) or 3 (RGB); None: grey if the first pictures all are
    ``fit``       ``crop`` the centre square, ``stretch`` both sides to the size (the aspect is lost), or ``pad`` the
                  whole picture with white
    ``resample``  the filter; all of Pillow's widen with the factor, so that shrinking does not alias
    """

    size: int
    channels: Literal[1, 3] | None = None
    fit: Fit = "crop"
    resample: Filter = "bicubic"

    def __post_init__(self) -> None:
        if not 1 <= self.size <= 4096:
            raise ValueError(f"size must be a side in pixels, got {self.size}; allowed 1 to 4096")


def is_grey(image: Image.Image) -> bool:
    """Return whether a picture is stored without colour."""
    return image.mode in GREY_MODES or image.mode in DEEP_GREY


def decode(image: Image.Image, recipe: Recipe) -> NDArray[np.uint8]:
    """Return the picture as uint8 ``[C, size, size]``.

    It is turned upright as its EXIF note says; transparent parts become white; 16-bit grey keeps its upper 8 bits. A
    JPEG much larger than wanted is decoded at a reduced size, which is several times faster and changes pixels by a
    few levels. ``image`` itself is loaded and turned. Raises whatever Pillow raises for a damaged file.
    """
    if image.format is not None:  # from a file; a bare bitmap is as it is, and looking for notes in it costs a fifth
        image.draft(None, _draft_size(image.size, recipe))  # None: keep the mode
        image.load()
        with contextlib.suppress(SyntaxError):  # an EXIF note that is none says nothing of how the picture lies
            ImageOps.exif_transpose(image, in_place=True)
    picture = _fitted(_flattened(image, recipe.channels), recipe)
    pixels = np.frombuffer(picture.tobytes(), np.uint8).reshape(recipe.size, recipe.size, -1)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def describe(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as plain JSON types."""
    return {"size": recipe.size, "channels": recipe.channels, "fit": recipe.fit, "resample": recipe.resample}


def _draft_size(size: tuple[int, int], recipe: Recipe) -> tuple[int, int]:
    if recipe.fit == "stretch":
        return DRAFT * recipe.size, DRAFT * recipe.size
    reference = min(size) if recipe.fit == "crop" else max(size)
    scale = DRAFT * recipe.size / reference
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _flattened(image: Image.Image, channels: int | None) -> Image.Image:
    """Return a picture of mode L or RGB."""
    if image.mode in DEEP_GREY:
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode == "I":  # 16-bit grey PNGs may come as 32-bit integers
        image = Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layered.size, (WHITE,) * 4), layered).convert("RGB")
    mode = "L" if channels == 1 else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _fitted(picture: Image.Image, recipe: Recipe) -> Image.Image:
    size, resample = recipe.size, FILTERS[recipe.resample]
    width, height = picture.size
    if recipe.fit == "crop":
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        return picture.resize((size, size), resample, box=(left, top, left + side, top + side))
    if recipe.fit == "stretch":
        return picture.resize((size, size), resample)
    scale = size / max(width, height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    canvas = Image.new(picture.mode, (size, size), WHITE if picture.mode == "L" else (WHITE,) * 3)
    canvas.paste(picture.resize(inner, resample), ((size - inner[0]) // 2, (size - inner[1]) // 2))
    return canvas
