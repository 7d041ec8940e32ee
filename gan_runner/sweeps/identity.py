"""When two sweeps are the same sweep, and two jobs the same job."""

import hashlib
import json
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

from gan_runner.folder import flatten
from gan_runner.incidental import INCIDENTAL, covered, is_path

ASIDE = ("hydra", *INCIDENTAL)
"""Settings that make no other job of it, besides where the data lie."""


def swept_keys(jobs: Sequence[Sequence[str]], typed: Sequence[str]) -> list[str]:
    """Return the keys that a sweep goes through: those of its jobs' overrides but for what was ``typed`` as one value.

    A sweeper may bring keys that were not typed at all (those of its own search space).
    """
    parser = OverridesParser.create()
    fixed = {one.get_key_element() for one in parser.parse_overrides(list(typed)) if not one.is_sweep_override()}
    return sorted({key_of(word) for overrides in jobs for word in overrides} - fixed)


def key_of(override: str) -> str:
    """Return the key of one ``key=value``, with its ``+`` if it has one, as Hydra's parser tells it."""
    return override.partition("=")[0]


def sweep_identity(base: DictConfig, keys: Sequence[str]) -> str:
    """Return the digest of what all jobs share: the config with the swept keys at their defaults, and those keys.

    Interpolations stay as they are written: with a swept key at its default some may lead nowhere.
    """
    return _digest({"config": _leaves(base, (), resolve=False), "keys": list(keys)})


def job_identity(config: DictConfig, keys: Sequence[str]) -> str:
    """Return the digest of a job's resolved config; of the `ASIDE` settings only those that are swept take part."""
    return _digest(_leaves(config, tuple(key.lstrip("+") for key in keys), resolve=True))


def data_paths(config: DictConfig) -> dict[str, str]:
    """Return where a job's data lie, which is no part of its identity: data may move."""
    plain = {"data": OmegaConf.to_container(config.data, resolve=True)}
    return {key: value for key, value in flatten(plain) if isinstance(value, str) and is_path(key, value)}


def _leaves(config: DictConfig, swept: tuple[str, ...], resolve: bool) -> dict[str, object]:
    kept = OmegaConf.masked_copy(config, [key for key in map(str, config) if key != "hydra"])
    plain = OmegaConf.to_container(kept, resolve=resolve)
    return {key: value for key, value in flatten(plain) if covered(key, swept) or not _aside(key, value)}


def _aside(key: str, value: object) -> bool:
    return covered(key, ASIDE) or is_path(key, value)


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
