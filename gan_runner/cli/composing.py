"""A command's own small config from the words typed after it, in the grammar of gan-train."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from gan_runner.cli.app import conf_dir, register_resolvers
from gan_runner.cli.explain import config_dirs
from gan_runner.cli.quoting import quote_odd_values, quoted
from gan_runner.errors import UsageError


def compose_words(config: str, typed: Sequence[str], folders: Sequence[Path] = ()) -> dict[str, Any]:
    """Return what the words ``typed`` make of ``conf/CONFIG.yaml``, with the choices in the user's own ``folders``."""
    register_resolvers()
    GlobalHydra.instance().clear()
    places = ",".join(quoted(f"file://{folder.absolute()}") for folder in folders)
    search = [f"hydra.searchpath=[{places}]"] if folders else []
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        composed = OmegaConf.to_container(compose(config, [*search, *quote_odd_values(typed)]), resolve=True)
    return cast(dict[str, Any], composed)


def words_and_folders(command: str, arguments: Sequence[str]) -> tuple[list[str], list[Path]]:
    """Return the key=value words among ``arguments`` and the folders of --config-dir; no other flag is known."""
    for word in arguments:
        if word.startswith("-") and not word.startswith(("--config-dir", "-cd")):
            raise UsageError(f"{command}: {word} is not known here; allowed: --config-dir DIR, --help")
    folders = list(config_dirs(arguments))
    return [word for word in arguments if not word.startswith("-") and word not in map(str, folders)], folders
