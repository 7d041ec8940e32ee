"""Where things are kept that can be made again: losing them costs time and nothing else."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """Return ``$GAN_RUNNER_CACHE``, else ``$XDG_CACHE_HOME/gan_runner``, else ``~/.cache/gan_runner``.

    Raises: RuntimeError if no home directory is known.
    """
    if own := os.environ.get("GAN_RUNNER_CACHE"):
        return Path(own).expanduser()
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "gan_runner"
