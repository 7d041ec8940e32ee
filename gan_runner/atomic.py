"""Writing a file so that a crash at any moment leaves either the old content or the new, never half of it."""

import contextlib
import os
from pathlib import Path


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` at once: temporary name in the same folder, fsync, rename, fsync of the folder.

    The path's last folder is made if it is missing. The temporary file is named ``.<name>.tmp-<pid>``, which no
    pattern for the real files matches, so one left behind by a kill is never taken for the real thing.

    Raises: OSError if the file system refuses; the old content is then untouched and no temporary file remains.
    """
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    r"""Write ``text`` as UTF-8 to ``path`` at once, as `write_bytes` does.

    Bytes of the command line that were no valid text (lone surrogates in Python) come out as ``\udcXX``, as in JSON.
    """
    write_bytes(path, text.encode(errors="backslashreplace"))


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may forget the rename. Windows and some network file systems cannot open a folder.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
