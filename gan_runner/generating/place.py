"""Where output goes, and how it gets there whole."""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from gan_runner.errors import UsageError
from gan_runner.generating.settings import Settings
from gan_runner.trained import Trained

FOLDER = "generated"
LONGEST = 100
"""Characters of the settings in a name; file systems allow 255 bytes, and a character may take three."""
SUFFIXES = {"grid": ".png", "classes": ".png", "interpolation": ".png", "codes": ".png", "npy": ".npy"}


def place(settings: Settings, trained: Trained) -> Path:
    """Return the file or folder to write: ``out``, or one in the run's folder ``generated``.

    The latter's name tells the step and every setting that decides the content, so what is there under that name was
    made by the same command, and is replaced. Raises UsageError if ``out`` has something in it already, or ends
    differently from what is written.
    """
    suffix = SUFFIXES.get(settings.make, "")
    if settings.out is None:
        words = "-".join([settings.make, f"{trained.step:06d}", *settings.words])
        return trained.folder / FOLDER / f"{_name(words)}{suffix}"
    out = Path(os.path.expanduser(settings.out))
    if out.suffix.lower() != suffix and suffix:
        raise UsageError(f"out={settings.out}: make={settings.make} writes one {suffix} file; give out=FILE{suffix}")
    for path in (out, labels_path(out)) if suffix == ".npy" else (out,):
        empty = not suffix and path.is_dir() and not any(path.iterdir())
        if os.path.lexists(path) and not empty:
            raise UsageError(f"out={settings.out}: {path.name} is there already, and was left alone; give another")
    return out


def labels_path(path: Path) -> Path:
    """Return where the labels of the samples in the ``.npy`` file ``path`` stand."""
    return path.with_name(f"{path.stem}-labels.npy")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a name beside ``path`` to write a file or folder at; it becomes ``path`` at the end, or is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".tmp-{os.getpid()}-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}")
    try:
        yield temporary
        if temporary.is_dir() and path.is_dir():
            shutil.rmtree(path)
        os.replace(temporary, path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def _name(words: str) -> str:
    """Return ``words`` as a file's name; what does not fit or may not stand there is replaced by a digest of all."""
    plain = re.sub(r"[^\w=.,-]+", "_", words)
    if plain == words and len(words) <= LONGEST // 2 * (2 if words.isascii() else 1):
        return words
    return f"{plain[: LONGEST // 2]}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"
