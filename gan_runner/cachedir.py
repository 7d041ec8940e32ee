"""Where things are kept that can be made again: losing them costs time and nothing else."""

import os
from pathlib import Path

from gan_runner.errors import UsageError


def cache_dir() -> Path:
    """Return ``$GAN_RUNNER_CACHE``, else ``$XDG_CACHE_HOME/gan_runner``, else ``~/.cache/gan_runner``.

    Raises UsageError if no home directory is known where one is needed.
    """
    own, shared = os.environ.get("GAN_RUNNER_CACHE"), os.environ.get("XDG_CACHE_HOME")
    try:
        if own:
            return Path(own).expanduser()
        return (Path(shared) if shared else Path.home() / ".cache") / "gan_runner"
    except RuntimeError as error:
        raise UsageError(f"the cache has no place ({error}); set GAN_RUNNER_CACHE to a folder") from error
