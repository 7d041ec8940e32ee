"""What a metric has computed from a data set, kept between runs: losing it costs time and nothing else."""

import hashlib
import io
import logging
from typing import Any

import torch

from gan_runner.atomic import write_bytes
from gan_runner.cachedir import cache_dir
from gan_runner.errors import UsageError

log = logging.getLogger(__name__)

DIGEST_BYTES = hashlib.sha256().digest_size


def save(name: str, value: dict[str, Any]) -> None:
    """Keep ``value`` (tensors and plain types) as ``name``; where that is impossible, only warn.

    The file is a SHA-256 digest followed by what ``torch.save`` writes. It is renamed into place, each process's from
    a name of its own, so that runs of a sweep that save the same name at once do not mix.
    """
    buffer = io.BytesIO()
    torch.save(value, buffer)
    payload = buffer.getvalue()
    try:
        folder = cache_dir()
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / name, hashlib.sha256(payload).digest() + payload)
    except (OSError, UsageError) as error:  # UsageError: no home directory is known
        log.warning("cannot keep %s for the next run (%s); set GAN_RUNNER_CACHE to a writable folder", name, error)


def load(name: str) -> dict[str, Any] | None:
    """Return what was saved as ``name``, or None if it is missing, damaged or written by an incompatible torch.

    The digest is needed because torch does not verify the checksums inside its own files.
    """
    try:
        content = (cache_dir() / name).read_bytes()
    except (OSError, UsageError):
        return None
    digest, payload = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        log.warning("%s in %s is damaged and will be made again", name, cache_dir())
        return None
    try:
        value: dict[str, Any] = torch.load(io.BytesIO(payload), weights_only=True)
    except Exception as error:  # whatever the reason, it can be made again
        log.warning("%s in %s cannot be read (%s) and will be made again", name, cache_dir(), error)
        return None
    return value
