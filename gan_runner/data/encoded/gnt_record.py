"""Records of the .gnt format of CASIA-HWDB, and the codes of the characters they show.

A file holds the records of one writer, one after the other, little-endian: uint32 size of the record (10 + width *
height), two bytes of GB 2312 code in the order of the codec, uint16 width, uint16 height, then the uint8 bitmap row by
row, paper 255 and ink below it. (C.-L. Liu et al., CASIA Online and Offline Chinese Handwriting Databases, ICDAR 2011.)
"""

import struct
from collections.abc import Iterator
from typing import IO

HEADER = struct.Struct("<I2sHH")
MAX_SIDE = 1024
"""No character is wider or higher: those of CASIA-HWDB, scanned at 300 dots an inch, have some 70 pixels."""
CODES = [bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) if (row, cell) <= (0xD7, 0xF9)]
"""The 3,755 codes of GB 2312 level 1, B0A1 to D7F9."""
LEVEL_1 = tuple(code.decode("gb2312") for code in CODES)
NUMBERS = {code: number for number, code in enumerate(CODES)}


class DamageError(Exception):
    """There is no record where one should begin, at byte ``offset``, and no way to find the next."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset


def headers(file: IO[bytes], size: int) -> Iterator[tuple[int, bytes, int, int]]:
    """Yield ``(offset of the bitmap, code, width, height)`` of each record of a file of ``size`` bytes.

    Raises DamageError at the first record that cannot be one, or if there is none.
    """
    offset, read, seek, unpack = 0, file.read, file.seek, HEADER.unpack
    while offset < size or not offset:
        header = read(HEADER.size)
        if len(header) < HEADER.size:
            raise DamageError(
                offset, f"{len(header)} bytes are left, fewer than the {HEADER.size} of a record's header"
            )
        length, code, width, height = unpack(header)
        if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and length == HEADER.size + width * height):
            raise DamageError(
                offset,
                f"a record of {length} bytes for {width} x {height} pixels; expected {HEADER.size} + width * height, "
                f"with sides of 1 to {MAX_SIDE}: damaged, or no .gnt file",
            )
        if offset + length > size:
            raise DamageError(offset, f"a record of {length} bytes, of which {size - offset} are there: cut short")
        yield offset + HEADER.size, code, width, height
        offset += length
        seek(offset)


def is_code(code: bytes) -> bool:
    """Return whether two bytes are a code of GB 2312: two bytes of the codec's, or an ASCII character and a zero."""
    try:
        return len(code.removesuffix(b"\0").decode("gb2312")) == 1
    except UnicodeDecodeError:
        return False


def gb_code(character: str) -> str:
    """Return the GB 2312 code of a character in hexadecimal, e.g. B0A1 for the first of level 1."""
    return character.encode("gb2312").hex().upper()


def character_of(name: str) -> str:
    """Return the character of level 1 that ``name`` is or is the code of; any other name as it is."""
    try:
        return LEVEL_1[NUMBERS[bytes.fromhex(name)]]
    except (ValueError, KeyError):
        return name
