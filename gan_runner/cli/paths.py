"""Settings that are paths: as they are typed, and as a run keeps them."""

import os
from typing import Any

from omegaconf import DictConfig, OmegaConf

from gan_runner.cli.quoting import quoted
from gan_runner.incidental import DATA_PATHS


def make_absolute(config: DictConfig, here: str) -> None:
    """Make the paths of the data absolute, seen from the folder ``here``.

    What a run keeps then means the same from wherever it is resumed, and inside its own folder (hydra.job.chdir).
    """
    for key in DATA_PATHS:
        value = OmegaConf.select(config, key)
        if isinstance(value, str) and value:
            OmegaConf.update(config, key, _absolute(value, here))
        elif OmegaConf.is_list(value):
            OmegaConf.update(config, key, [_absolute(one, here) for one in value])


def overrides(config: Any) -> dict[str, str]:
    """Return by key the words that set the paths of the data to what they are in a run's ``config``."""
    values = {key: OmegaConf.select(config, key) for key in DATA_PATHS}
    words = {key: quoted(value) for key, value in values.items() if isinstance(value, str)}
    words |= {
        key: f"[{','.join(quoted(str(one)) for one in value)}]"
        for key, value in values.items()
        if OmegaConf.is_list(value)
    }
    return {key: f"++{key}={word}" for key, word in words.items()}


def _absolute(value: Any, here: str) -> Any:
    return os.path.join(here, os.path.expanduser(value)) if isinstance(value, str) and value else value
