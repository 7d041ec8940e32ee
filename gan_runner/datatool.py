"""What `gan-data` does with the data of a config: draw a stand-in, prepare, check."""

import errno
import logging
import os
import re
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gan_runner.construct import call, locate
from gan_runner.data.encoded.listing import SHEETS
from gan_runner.data.picture_set import PictureSet
from gan_runner.data.preparing.recipe import Report
from gan_runner.data.preparing.store import in_bytes
from gan_runner.datachoice import Config, load_data, require
from gan_runner.errors import UsageError

RENDERED = ("hwdb", "lsun")
OWN = {"render": ("writers", "classes", "count", "seed"), "prepare": ("out",), "check": ("sheet",)}
"""The settings that belong to one command alone."""
TRAINING = ("arch", "game", "loss", "reg", "optim", "metric", "trainer", "logger", "experiment")
"""Groups that data may bring along for gan-train, and that say nothing to gan-data."""
MOST_JOBS = 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """What gan-data takes beside the data; null is what `gan-data --help` says of each."""

    jobs: int | None
    out: str | None
    sheet: str | None
    writers: int | None
    classes: int | None
    count: int | None
    seed: int | None

    def __post_init__(self) -> None:
        if self.jobs is not None and not 1 <= self.jobs <= MOST_JOBS:
            raise ValueError(f"jobs, got {self.jobs}; allowed: 1 to {MOST_JOBS} processes, or null for one a core")
        for key in ("out", "sheet"):
            if getattr(self, key) == "":  # out=$UNSET, which would be the folder the command is typed in
                raise ValueError(f"{key} must be a path, got nothing; leave it out, or give one")


def settled(config: Config) -> dict[str, Any]:
    """Return the config with its own settings checked and of the right types, ``~`` in them expanded."""
    keys = tuple(Settings.__dataclass_fields__)
    require(config, ("data", *keys))
    settings = asdict(call(Settings, {key: config[key] for key in keys}, ""))
    expanded = {key: os.path.expanduser(settings[key]) for key in ("out", "sheet") if settings[key] is not None}
    return {**config, **settings, **expanded}


def refuse_foreign(command: str, typed: Sequence[str]) -> None:
    """Raise UsageError if a setting of another command is among the words ``typed``, each a key=value."""
    for word in typed:
        group = re.split("[=.@]", word.lstrip("+~"), maxsplit=1)[0]
        owners = [f"gan-data {other}" for other, keys in OWN.items() if group in keys and other != command]
        owners += ["gan-train"] if group in TRAINING else []
        if owners:
            raise UsageError(f"{word} belongs to {owners[0]}, not to gan-data {command}; leave it out")


def render(config: Config, report: Report) -> str:
    """Draw a stand-in for data that cannot be shipped into ``data.root``, in their own format, and say where it is."""
    node = config["data"]
    module = str(node.get("_target_")).rpartition(".")[0] if isinstance(node, Mapping) else ""
    if module.rpartition(".")[2] not in RENDERED:
        raise UsageError(
            f"gan-data render: there is no stand-in for {module.rpartition('.')[2] or 'these data'}; allowed: "
            f"{', '.join(f'data={name}' for name in RENDERED)}"
        )
    if not node.get("root"):
        raise UsageError("gan-data render: where to? give the folder to write, data.root=DIR")
    settings = {key: config[key] for key in OWN["render"] if config[key] is not None} | {"jobs": config["jobs"]}
    settings |= {key: node[key] for key in ("root", "scene") if key in node}
    folder: Path = call(locate(f"{module}.render", "data"), settings, "", report=report)
    return f"drawn stand-in, to be read with data.root={folder}"


def claim_sheet(given: str | None, data: Any) -> Path:
    """Return where the contact sheet goes, having tried that a file can be written there.

    Its folder is marked as one of sheets if it is ours to choose, so that no sheet becomes data. Raises UsageError if
    it cannot be written, or was ``given`` among the pictures to be checked.
    """
    sheet = Path(os.path.expanduser(given or f"outputs/check/{data.name.replace(' ', '-')}.png"))
    if given is not None and isinstance(data, PictureSet):
        for place in (Path(os.path.expanduser(part.place)) for part in data.parts):
            if sheet.absolute().is_relative_to(place.absolute()):
                raise UsageError(f"sheet={given}: lies among the pictures in {place}; give a file outside, or none")
    try:
        if sheet.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        sheet.parent.mkdir(parents=True, exist_ok=True)
        if given is None:
            (sheet.parent / SHEETS).touch()
        with tempfile.TemporaryFile(dir=sheet.parent):
            pass
    except OSError as error:
        raise UsageError(
            f"{sheet}: the contact sheet cannot be written ({error.strerror}); give another file, sheet=FILE.png"
        ) from error
    return sheet


def prepare(config: Config, report: Report, typed: str) -> str:
    """Decode and resize the pictures once, and say what there is now and how to train on it.

    ``typed`` are the settings of the data as they were typed.
    """
    data = load_data(config["data"])
    if not isinstance(data, PictureSet):
        raise UsageError(
            "gan-data prepare: these data are read as they are; there is nothing to prepare, only to train"
        )
    out = None if config["out"] is None else Path(config["out"])
    prepared = data.prepare(report, out, config["jobs"])
    lines = []
    for one in prepared:
        skipped = f", {one.skipped:,} broken ones passed over" if one.skipped else ""
        count, channels, height, width = one.shape
        lines.append(
            f"{one.manifest['name']}: {count:,} pictures of {width}x{height}x{channels}{skipped} in {one.folder} "
            f"({in_bytes(one.samples.stat().st_size)}, sha256 {one.manifest['sha256'][:12]})"
        )
    how = typed if out is None else shlex.join(["data=prepared", f"data.root={out}"])
    return "\n".join([*lines, f"train on it: gan-train {how}"])
