"""`resume=PATH` on the command line: the run's own choices come back, and its folder is the run's folder again."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from gan_runner.cli import paths
from gan_runner.cli.quoting import quoted
from gan_runner.errors import UsageError
from gan_runner.reporting.kept import read_kept


def expand_resume(arguments: Sequence[str]) -> list[str]:
    """Return ``arguments`` with the overrides of the run that ``resume=PATH`` names put before those typed now.

    PATH is a run's folder or one of its checkpoints. ``resume=auto`` and ``resume=null`` are left alone. What is typed
    again wins over what was typed then; whether it may differ is decided once the whole config is known. A folder of
    the user's own choices comes back too, and the data are looked for where they were. Raises UsageError if PATH is no
    run.
    """
    value = next((a.partition("=")[2] for a in reversed(arguments) if a.startswith("resume=")), "")
    path = os.path.expanduser(value.strip("'\""))
    if path in ("", "auto", "null"):
        return list(arguments)
    if {"-m", "--multirun"} & set(arguments):
        raise UsageError(f"resume={path} with -m: one run goes on at a time; leave -m out, or use resume=auto")
    folder = run_folder(Path(path))
    then = [_own(line, folder) for line in read_kept(folder, "overrides", list)]
    flags = [argument for argument in arguments if not _is_override(argument)]
    if not any(flag.startswith(("--config-dir", "-cd")) for flag in flags):
        flags += [word for own in _config_dirs(folder) for word in ("--config-dir", own)]
    now = [a for a in arguments if _is_override(a) and _key(a) not in ("resume", "hydra.run.dir")]
    typed = {_key(argument) for argument in now}
    places = {} if "data" in typed else paths.overrides(OmegaConf.create(read_kept(folder, "config", dict)))
    kept = [line for line in then if _key(line) not in typed | {"resume"} | places.keys()]
    kept += [word for key, word in places.items() if key not in typed]
    target = Path(path).absolute()
    return [*flags, *kept, *now, f"resume={quoted(str(target))}", f"hydra.run.dir={quoted(str(folder))}"]


def run_folder(path: Path) -> Path:
    """Return the run folder that ``path``, itself or one of its checkpoints, belongs to; absolute."""
    path = path.absolute()
    if not path.exists():
        raise UsageError(f"resume={path}: no such folder or file; give a run folder, e.g. outputs/NAME/DATE_TIME-ID")
    folder = path.parent.parent if path.is_file() else path
    if not all((folder / ".hydra" / f"{name}.yaml").is_file() for name in ("overrides", "config", "hydra")):
        raise UsageError(
            f"resume={path}: no run there (no .hydra/ with overrides, config and hydra.yaml); give a run's own folder"
        )
    return folder


def _config_dirs(folder: Path) -> list[str]:
    """Return the folder of the user's own choices that the run was composed with, if there was one."""
    node: Any = read_kept(folder, "hydra", dict)
    for key in ("hydra", "runtime", "config_sources"):
        node = node.get(key) if isinstance(node, dict) else None
    sources = [source for source in node if isinstance(source, dict)] if isinstance(node, list) else []
    return [str(source.get("path")) for source in sources if source.get("provider") == "command-line"]


def _own(line: Any, folder: Path) -> str:
    """Return one line of the overrides that a run has kept; UsageError for what no run keeps among them.

    Hydra's own settings and flags are none of a run's choices, and a stranger's could have it call anything.
    """
    if isinstance(line, str) and _is_override(line) and not re.match(r"hydra\b", _key(line)):
        return line
    raise UsageError(
        f"resume={folder}: its .hydra/overrides.yaml has {line!r}, which no run keeps there; remove that line"
    )


def _is_override(argument: str) -> bool:
    return argument.startswith("~") or ("=" in argument and not argument.startswith("-"))


def _key(override: str) -> str:
    return override.partition("=")[0].lstrip("+~").partition("@")[0]
