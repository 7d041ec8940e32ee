"""A user's own pictures: any folder of PNG, JPEG and WebP files."""

from collections.abc import Sequence
from typing import Literal

from gan_runner.data.encoded.files import PictureFiles
from gan_runner.data.picture_set import OnError, PictureSet
from gan_runner.data.preparing.recipe import Filter, Fit, Recipe


def load(
    root: str | None = None,
    size: int = 64,
    channels: Literal[1, 3] | None = None,
    fit: Fit = "crop",
    resample: Filter = "bicubic",
    labels: bool = False,
    classes: Sequence[str | int] | None = None,
    limit: int | None = None,
    on_error: OnError = "stop",
) -> PictureSet:
    """Return the pictures anywhere below ``root``, to be brought to ``size`` x ``size``.

    ``channels``: 1 is grey, 3 is RGB, null is grey if the first pictures are. ``fit``: ``crop`` the centre square,
    ``stretch``, or ``pad`` with white. ``labels``: the folders directly in ``root`` are classes, in alphabetical order,
    of which ``classes`` chooses. ``limit`` keeps the first so many pictures, as many of each class as there are.
    ``on_error``: ``stop`` at a broken picture, or ``skip`` up to 1 %. Raises ValueError for settings out of range.
    """
    if not root:  # an empty one, data.root=$UNSET, would be the folder the command is typed in
        raise ValueError("root is not set; give the folder of your pictures, data.root=FOLDER")
    files = PictureFiles(root, labels, classes, limit)
    return PictureSet(files.name, (files,), Recipe(size, channels, fit, resample), on_error)
