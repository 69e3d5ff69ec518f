"""The outside of a binary file: a header, and what is compressed behind it."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from teststand_runner.errors import (
    DamagedFileError,
    FileTooLargeError,
    NotASequenceFileError,
    quoted,
)
from teststand_runner.reading.limits import MAX_BYTES, MAX_STRINGS

MAGIC = b"TOF1"
TYPE_AT, VERSION_AT, PRODUCT_AT, RECORDS_AT, BODY_AT = 0x0A, 0x3C, 0x72, 0x108, 0x510
TEXT_SLOT = 50
BODY_MAGIC = b"PMCZ"
FILE_TYPE = "SequenceFile"
OLDEST_FORMAT = 600
"""Files of TestStand 2010 (577) are laid out in another way; 2014 and newer are read."""

_WORD = struct.Struct("<I")
_STREAM_AT = BODY_AT + 8


@dataclass(frozen=True)
class Container:
    """What a binary file has.

    Attributes:
        format_version: The number of the format.
        product_version: The TestStand that wrote it.
        records: The properties.
        strings: The texts that they refer to by number.
    """

    format_version: int
    product_version: str
    records: bytes
    strings: tuple[str, ...]


def open_container(data: bytes) -> Container:
    """Return what a binary file has.

    Raises:
        SequenceFileError: It is cut off, damaged, too old, or no sequence file.
    """
    if len(data) < _STREAM_AT:
        raise DamagedFileError(
            f"the file has {len(data)} bytes, and is cut off within its header of {_STREAM_AT}."
        )
    kind = _slot(data, TYPE_AT)
    if kind != FILE_TYPE:
        raise NotASequenceFileError(
            f"this is a TestStand file of type {quoted(kind)}.", place=f"offset {TYPE_AT}"
        )
    version = _word(data, VERSION_AT)
    if version < OLDEST_FORMAT:
        raise NotASequenceFileError(
            f"format {version} is that of a TestStand before 2014, which is not read; save the "
            "file with a newer one.",
            place=f"offset {VERSION_AT}",
        )
    body = _inflated(data)
    records, pool = _parted(body, _word(data, RECORDS_AT))
    return Container(version, _slot(data, PRODUCT_AT), records, _strings(pool, len(records)))


def _slot(data: bytes, at: int) -> str:
    text = data[at : at + TEXT_SLOT].partition(b"\0")[0]
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise DamagedFileError(
            "the header has a text that is no text.", place=f"offset {at}"
        ) from None


def _word(data: bytes, at: int) -> int:
    return int(_WORD.unpack_from(data, at)[0])


def _inflated(data: bytes) -> bytes:
    place = f"offset {_STREAM_AT}"
    if data[BODY_AT : BODY_AT + 4] != BODY_MAGIC:
        raise DamagedFileError("no compressed part begins here.", place=f"offset {BODY_AT}")
    size = _word(data, BODY_AT + 4)
    if size > MAX_BYTES:
        raise FileTooLargeError(
            f"it has {size} bytes when inflated; {MAX_BYTES} are read.", place=f"offset {BODY_AT}"
        )
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(memoryview(data)[_STREAM_AT:], size + 1)
    except zlib.error as error:
        raise DamagedFileError(f"the compressed part is damaged: {error}.", place=place) from None
    if not stream.eof and len(body) <= size:
        raise DamagedFileError("the compressed part is cut off.", place=place)
    if len(body) != size:
        raise DamagedFileError(
            f"the compressed part does not have the {size} bytes that are announced.", place=place
        )
    if stream.unused_data:
        after = len(data) - len(stream.unused_data)
        raise DamagedFileError("something follows the compressed part.", place=f"offset {after}")
    return body


def _parted(body: bytes, size: int) -> tuple[bytes, bytes]:
    if size + _WORD.size > len(body):
        raise DamagedFileError(
            f"{size} bytes of records are announced; there are {len(body)} with the strings.",
            place=f"offset {RECORDS_AT}",
        )
    return body[:size], body[size:]


def _strings(pool: bytes, start: int) -> tuple[str, ...]:
    count = _word(pool, 0)
    place = f"inflated offset {start}"
    if count > MAX_STRINGS:
        raise FileTooLargeError(f"it has {count} strings; {MAX_STRINGS} are read.", place=place)
    parts = pool[_WORD.size :].split(b"\0", count)
    if len(parts) != count + 1 or parts[-1]:
        raise DamagedFileError(f"{count} strings are announced; there are others.", place=place)
    try:
        return tuple(each.decode() for each in parts[:-1])
    except UnicodeDecodeError as error:
        raise DamagedFileError(f"a string is no UTF-8: {error.reason}.", place=place) from None
