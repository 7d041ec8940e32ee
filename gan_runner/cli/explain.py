"""Hydra's complaint about a command line, in one sentence that names the nearest thing that exists."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gan_runner.cli.quoting import quoted, readable


def explain(error: Exception, arguments: Sequence[str], conf: Path, config: str = "config") -> str:
    """Return what is wrong with the command line: the unknown choice or key, its nearest neighbour, what is allowed.

    ``arguments`` are those of the command, ``conf`` the folder of the config groups, ``config`` the name of the
    command's own config there. What is none of these is Hydra's own message on one line.
    """
    folders = [conf, *config_dirs(arguments)]
    groups = {group: choices(group, folders) for group in _groups(folders)}
    plain = _keys(config, folders, [])
    if plain and groups.keys().isdisjoint(plain):
        groups = {}  # this command's config has none
    typed = [argument for argument in arguments if "=" in argument and not argument.startswith("--")]
    for argument in typed:
        if not readable(argument):
            return (
                f"{argument}: cannot be read; words with more than letters, digits and ./:_-+@%*?|$ stand in quotes, "
                f"and the whole in the shell's: '{_example(argument)}'"
            )
    overrides = _parse(typed)
    for override in overrides:
        if override.key_or_group in groups:
            known = groups[override.key_or_group]
            for name in _names(override):
                if name not in known:
                    return (
                        f"{override.key_or_group}={name}: no such choice{_nearest(name, known)}; "
                        f"allowed: {', '.join(known)}"
                    )
    chosen = [str(o.input_line) for o in overrides if o.key_or_group in groups and not o.is_sweep_override()]
    keys = _keys(config, folders, chosen)
    for override in overrides if keys else []:
        key = override.key_or_group
        known = [*groups, *keys]
        if key not in known and not key.startswith("hydra") and not override.is_add() and not _prefix(key, keys):
            parent = key.rpartition(".")[0]
            inside = [k.removeprefix(f"{parent}.") for k in keys if k.rpartition(".")[0] == parent]
            listed = inside if parent and inside else sorted(groups) or plain
            kind = "setting or group" if groups else "setting"
            return f"{key}: no such {kind}{_nearest(key, known)}; allowed here: {', '.join(listed)}"
    return " ".join(str(error).split()) or f"cannot be composed: Hydra refuses it with {type(error).__name__}"


def _example(argument: str) -> str:
    key, _, value = argument.partition("=")
    words = [word.strip().strip("'\"") for word in value.strip("[]").split(",")]
    listed = ",".join(f'"{word}"' for word in words)
    return f"{key}=[{listed}]" if value.startswith("[") else f"{key}={listed}"


def choices(group: str, folders: Sequence[Path]) -> list[str]:
    """Return the names that may stand for ``group``."""
    return sorted({path.stem for folder in folders for path in (folder / group).glob("*.yaml")})


def _groups(folders: Sequence[Path]) -> list[str]:
    return sorted({path.name for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_dir()})


def config_dirs(arguments: Sequence[str]) -> Iterator[Path]:
    """Yield the folders of the user's own choices that the command line names."""
    for flag in ("--config-dir", "-cd"):
        for index, argument in enumerate(arguments):
            if argument == flag and index + 1 < len(arguments):
                yield Path(arguments[index + 1])
            elif argument.startswith(f"{flag}="):
                yield Path(argument.partition("=")[2])


def _parse(arguments: Sequence[str]) -> list[Override]:
    parser = OverridesParser.create()
    parsed = []
    for argument in arguments:
        try:
            parsed.append(parser.parse_override(argument))
        except HydraException:
            continue  # what does not parse is Hydra's to complain about
    return parsed


def _names(override: Override) -> list[str]:
    try:
        values = list(override.sweep_string_iterator()) if override.is_sweep_override() else [override.value()]
    except HydraException:  # a glob(...), which only the config itself can list
        return []
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return ["null" if item is None else str(item) for item in flat]


def _keys(config: str, folders: Sequence[Path], group_overrides: Sequence[str]) -> list[str]:
    """Return every key of the config that these group choices compose to."""
    conf, *more = (str(folder.absolute()) for folder in folders)
    search = [f"hydra.searchpath=[{','.join(quoted(f'file://{folder}') for folder in more)}]"]
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(conf, version_base="1.3"):
            return list(_walk(compose(config, [*search, *group_overrides])))
    except (HydraException, OmegaConfBaseException):
        return []


def _walk(node: DictConfig, prefix: str = "") -> Iterator[str]:
    for key in map(str, node):
        yield f"{prefix}{key}"
        if OmegaConf.is_dict(node) and not OmegaConf.is_interpolation(node, key) and OmegaConf.is_dict(node[key]):
            yield from _walk(node[key], f"{prefix}{key}.")


def _prefix(key: str, keys: Sequence[str]) -> bool:
    return any(known.startswith(f"{key}.") for known in keys)


def _nearest(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    if not close:  # the right last word under the wrong parent is the commonest slip: optm.lr
        close = [name for name in known if name.rpartition(".")[2] == word.rpartition(".")[2]][:1]
    return f" (did you mean {close[0]}?)" if close else ""
