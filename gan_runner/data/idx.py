"""Reader of IDX files, the format of MNIST: a big-endian header, then one uint8 per value.

The header is the magic number 0x000008DD (08: uint8, DD: number of dimensions) and one uint32 per dimension. Files may
be gzipped, whatever their name. Whatever is wrong with a file is said in one UsageError line.
"""

import gzip
import io
import math
import struct
import zlib
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import torch
from torch import Tensor

from gan_runner.errors import UsageError

MAX_BYTES = 8 * 2**30
"""Larger files are refused unread: ten million 28x28 pictures, ten times the largest IDX set in use (EMNIST)."""
CHUNK = 2**20
KINDS = {1: "labels", 3: "images"}


def read_idx_images(path: str | Path) -> Tensor:
    """Return the pictures of an IDX images file (magic 0x00000803) as uint8 ``[N, 1, H, W]``, or raise UsageError."""
    return _read(Path(path), dimensions=3).unsqueeze(1)


def read_idx_labels(path: str | Path) -> Tensor:
    """Return the labels of an IDX labels file (magic 0x00000801) as int64 ``[N]``, or raise UsageError."""
    return _read(Path(path), dimensions=1).to(torch.int64)


def read_idx_pair(images_path: str | Path, labels_path: str | Path) -> tuple[Tensor, Tensor]:
    """Return ``(images, labels)`` of two files that belong together, or raise UsageError if their counts differ."""
    images, labels = read_idx_images(images_path), read_idx_labels(labels_path)
    if len(images) != len(labels):
        raise UsageError(
            f"{images_path} holds {len(images)} images but {labels_path} holds {len(labels)} labels; "
            "give two files of the same set"
        )
    return images, labels


def _read(path: Path, dimensions: int) -> Tensor:
    """Return the uint8 values of an IDX file with so many dimensions, in the shape its header announces."""
    try:
        if not path.is_file():
            found = "it is not a regular file" if path.exists() else "there is no such file"
            raise UsageError(f"{path}: {found}; give an IDX {KINDS[dimensions]} file, raw or gzipped")
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            with gzip.open(file) if zipped else nullcontext(file) as stream:
                shape = _read_header(stream, path, dimensions)
                values = _read_values(stream, path, 4 + 4 * dimensions, math.prod(shape))
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read ({error}); give an intact, readable IDX file") from error
    return torch.frombuffer(values, dtype=torch.uint8).view(shape)


def _read_header(stream: IO[bytes] | io.BufferedIOBase, path: Path, dimensions: int) -> tuple[int, ...]:
    """Return the announced shape once magic number and sizes make sense."""
    length = 4 + 4 * dimensions
    header = stream.read(length)
    if len(header) < length:
        raise UsageError(f"{path}: ends at byte {len(header)}, inside the IDX header of {length} bytes; fetch it again")
    magic, *shape = struct.unpack(f">{1 + dimensions}I", header)
    if magic != 0x800 + dimensions:
        raise UsageError(
            f"{path}: magic number 0x{magic:08x} at byte 0, expected 0x{0x800 + dimensions:08x} "
            f"(uint8 {KINDS[dimensions]}); give an IDX {KINDS[dimensions]} file"
        )
    announced = " x ".join(str(size) for size in shape)
    if 0 in shape:
        raise UsageError(f"{path}: the header at byte 4 announces {announced} values, so nothing to train on")
    if math.prod(shape) > MAX_BYTES:
        raise UsageError(f"{path}: the header at byte 4 announces {announced} bytes; at most {MAX_BYTES} are read")
    return tuple(shape)


def _read_values(stream: IO[bytes] | io.BufferedIOBase, path: Path, offset: int, expected: int) -> bytearray:
    """Return exactly ``expected`` bytes.

    Memory grows with the bytes that are there, never with the sizes a header only claims, and one byte beyond the
    claim is all that is read of a file that goes on (for gzip, reaching the end is also what checks its CRC).
    """
    values = bytearray()
    while chunk := stream.read(min(CHUNK, expected + 1 - len(values))):
        values += chunk
    if len(values) != expected:
        found = "more follow" if len(values) > expected else f"the file ends after {len(values)}"
        raise UsageError(f"{path}: {expected} bytes announced from byte {offset} on, but {found}; fetch it again")
    return values
