"""What `gan-data` does with the data of a config: draw a stand-in, prepare, check."""

import logging
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gan_runner.construct import call, locate
from gan_runner.data.picture_set import PictureSet
from gan_runner.data.preparing.recipe import Report
from gan_runner.datachoice import load_data
from gan_runner.errors import UsageError

Config = Mapping[str, Any]
RENDERED = ("hwdb", "lsun")
OWN = {"render": ("writers", "classes", "count", "seed"), "prepare": ("out",), "check": ("sheet",)}
"""The settings that belong to one command alone."""

log = logging.getLogger(__name__)


def refuse_foreign(command: str, config: Config) -> None:
    """Raise UsageError if a setting of another command was given."""
    for other, keys in OWN.items():
        for key in keys:
            if other != command and config[key] is not None:
                raise UsageError(f"{key}={config[key]} belongs to gan-data {other}, not to {command}; leave it out")


def render(config: Config, report: Report) -> str:
    """Draw a stand-in for data that cannot be shipped into ``data.root``, in their own format, and say where it is."""
    node = config["data"]
    module = str(node["_target_"]).rpartition(".")[0]
    if module.rpartition(".")[2] not in RENDERED:
        raise UsageError(
            f"gan-data render: there is no stand-in for {module.rpartition('.')[2]}; allowed: "
            f"{', '.join(f'data={name}' for name in RENDERED)}"
        )
    if node["root"] is None:
        raise UsageError("gan-data render: where to? give the folder to write, data.root=DIR")
    settings = {key: config[key] for key in OWN["render"] if config[key] is not None} | {"jobs": config["jobs"]}
    settings |= {key: node[key] for key in ("root", "scene") if key in node}
    folder: Path = call(locate(f"{module}.render", "data"), settings, "", report=report)
    return f"drawn stand-in, to be read with data.root={folder}"


def prepare(config: Config, report: Report, typed: str) -> str:
    """Decode and resize the pictures once, and say what there is now and how to train on it.

    ``typed`` are the settings of the data as they were typed.
    """
    data = load_data(config["data"])
    if not isinstance(data, PictureSet):
        raise UsageError(
            "gan-data prepare: these data are read as they are; there is nothing to prepare, only to train"
        )
    out = None if config["out"] is None else Path(config["out"]).expanduser()
    prepared = data.prepare(report, out, config["jobs"])
    lines = []
    for one in prepared:
        skipped = f", {one.manifest['skipped']:,} broken ones passed over" if one.manifest["skipped"] else ""
        count, channels, height, width = one.shape
        lines.append(
            f"{one.manifest['name']}: {count:,} pictures of {width}x{height}x{channels}{skipped} in {one.folder} "
            f"({one.samples.stat().st_size / 1e6:,.1f} MB, sha256 {one.manifest['sha256'][:12]})"
        )
    how = typed if out is None else shlex.join(["data=prepared", f"data.root={out}"])
    return "\n".join([*lines, f"train on it: gan-train {how}"])
