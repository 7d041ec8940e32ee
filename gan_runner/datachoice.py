"""From the data choice of a config to the data it stands for, for training and for gan-data alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from gan_runner.construct import checked, construct
from gan_runner.data.picture_set import PictureSet
from gan_runner.data.prepared import PreparedSet
from gan_runner.data.source import Source
from gan_runner.data.stream import refuse_flipped_points
from gan_runner.errors import UsageError

Config = Mapping[str, Any]
Data = Source | PictureSet | PreparedSet
STREAM_DEFAULTS = {"shuffle": True, "flip": False}


def unseen(what: str, done: int, total: int) -> None:
    """Show nothing of what takes its time."""


def require(config: Config, keys: Sequence[str], where: str = "") -> None:
    """Raise UsageError if one of ``keys`` is not in the config, or the part of it at ``where``, at all."""
    missing = [key for key in keys if key not in config]
    if missing:
        raise UsageError(f"{where}{missing[0]}: is missing from the config; it cannot be left out")


def require_settings(node: Any, where: str) -> None:
    """Raise UsageError unless the ``node`` at ``where`` is a choice with its settings."""
    if not isinstance(node, Mapping):
        raise UsageError(f"{where}: got {node!r}; allowed: a choice with its settings, by name")


def load_data(node: Config) -> Data:
    """Return what the data choice stands for; ``shuffle`` and ``flip`` beside its settings belong to the stream.

    Little is read and nothing decoded. Raises UsageError for settings out of range and data that are not there.
    """
    require_settings(node, "data")
    settings = stream_settings(node)
    data: Data = construct({key: value for key, value in node.items() if key not in settings}, "data", Data)
    if isinstance(data, Source) and settings["flip"]:
        refuse_flipped_points(data)
    return data


def stream_settings(node: Config) -> dict[str, bool]:
    """Return what the data choice says of the order and mirroring of its samples."""
    return {key: checked(node.get(key, default), bool, f"data.{key}") for key, default in STREAM_DEFAULTS.items()}


def at_hand(data: Data) -> Source | PictureSet:
    """Return the data as training sees them, or as they are if pictures have to be decoded for that."""
    if isinstance(data, Source) or (isinstance(data, PictureSet) and not data.is_prepared):
        return data
    return data.source(unseen)
