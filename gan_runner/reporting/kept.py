"""What a run keeps in ``.hydra/`` of how it was composed, read again with care: it may be damaged, or a stranger's."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gan_runner.errors import UsageError

FOLDER = ".hydra"


def read_kept(run: Path, name: str, kind: type) -> Any:
    """Return what ``.hydra/NAME.yaml`` of the folder ``run`` holds: plain containers, interpolations as they are typed.

    An empty file holds an empty ``kind``, dict or list. Raises UsageError if the file cannot be read, is no YAML or
    holds something else, or has aliases, which Hydra never writes and with which a few lines can stand for billions.
    """
    path = run / FOLDER / f"{name}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise ValueError("it has aliases")
        held: Any = OmegaConf.to_container(OmegaConf.create(text)) if text.strip() else kind()
        if not isinstance(held, kind):
            raise ValueError(f"it holds no {kind.__name__}")
    except (
        OSError,
        ValueError,
        TypeError,
        AssertionError,
        RecursionError,
        yaml.YAMLError,
        OmegaConfBaseException,
    ) as error:
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"{path}: cannot be read ({reason}); restore it, or start a new run") from error
    return held
