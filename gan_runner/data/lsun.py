"""LSUN, photographs of scenes: the genuine LMDB folders, or stand-ins drawn in their format."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from gan_runner.cachedir import cache_dir
from gan_runner.data.encoded.listing import printable
from gan_runner.data.encoded.scenes import FILE, SceneDatabase
from gan_runner.data.picture_set import PictureSet
from gan_runner.data.preparing.recipe import Filter, OnError, Recipe
from gan_runner.data.standins.marker import MARKER
from gan_runner.data.standins.rooms import VERSION
from gan_runner.data.standins.scene_folder import SCENES, chosen
from gan_runner.data.standins.scene_folder import render as render
from gan_runner.errors import UsageError

NAME = "lsun"
STAND_IN = "lsun stand-in"

log = logging.getLogger(__name__)


def load(
    root: str | None = None,
    scene: str | Sequence[str] = "bedroom",
    split: Literal["train", "val"] = "train",
    size: int = 64,
    fit: Literal["crop", "stretch"] = "crop",
    resample: Filter = "bicubic",
    limit: int | None = None,
    on_error: OnError = "stop",
) -> PictureSet:
    """Return the pictures in ``root/SCENE_SPLIT_lmdb`` of one scene or several, to become uint8 ``[3, size, size]``.

    ``root`` null draws 600 pictures of each scene, once, and warns that they are a stand-in. ``root`` may be the LMDB
    folder itself, of any name that is not another scene's. A single scene has no labels; of several the label is which.
    ``fit``: ``crop`` the centre square, or ``stretch`` the picture to it, as LSGAN (arXiv 1611.04076) did at 112.
    ``limit``: keep the first so many of each scene, by key. ``on_error``: ``stop`` at a broken picture, or ``skip`` up
    to 1 %. Raises ValueError for settings out of range, UsageError if there is no such database.

    References: F. Yu et al., LSUN: Construction of a Large-scale Image Dataset, arXiv 1506.03365.
    """
    recipe = Recipe(size, 3, fit, resample)
    names = chosen(scene)
    if root == "":  # data.root=$UNSET
        raise ValueError("root must be a folder, got nothing; null draws a stand-in")
    if root is None:
        if split == "val":
            raise ValueError("split=val needs data.root=FOLDER, the genuine LSUN; the drawn stand-in is for train only")
        log.warning(
            "data.root is not set: these pictures are a stand-in that gan_runner draws, not LSUN's photographs; "
            "with the genuine folders give data.root=FOLDER"
        )
        root = str(render(str(cache_dir() / "standins" / f"lsun-{VERSION}"), names, report=_unseen))
    folder = Path(os.path.expanduser(root))
    name = STAND_IN if (folder / MARKER).exists() or (folder.parent / MARKER).exists() else NAME
    parts = [SceneDatabase(_database(folder, one, split, len(names) == 1), limit, name) for one in names]
    return PictureSet(name, tuple(parts), recipe, on_error, tuple(names))


def _database(root: Path, scene: str, split: str, alone: bool) -> Path:
    """Return the folder of a scene's database; UsageError saying what is there instead."""
    wanted = f"{scene}_{split}_lmdb"
    if (root / wanted).exists():
        return root / wanted
    others = {f"{other}_{part}_lmdb" for other in SCENES for part in ("train", "val")} - {wanted}
    if alone and (root / FILE).exists() and root.absolute().name not in others:
        return root
    shown = printable(str(root))
    if not root.is_dir():
        raise UsageError(f"{shown}: {'it is a file' if root.exists() else 'there is no such folder'}; {_where(wanted)}")
    there = sorted(path.name for path in root.glob("*_lmdb")) or ["no *_lmdb folder"]
    listed = printable(", ".join(there[:20]))
    raise UsageError(f"{shown}: holds no {wanted}, but {listed}; {_where(wanted)}")


def _where(wanted: str) -> str:
    return (
        f"data.root is the folder that holds {wanted}, as the LSUN authors' download script leaves it once unzipped; "
        "or draw a stand-in: gan-data render data=lsun"
    )


def _unseen(what: str, done: int, total: int) -> None:
    """Show nothing: the log has said what takes its time."""
