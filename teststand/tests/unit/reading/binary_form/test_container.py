"""Binary files whose outside is damaged."""

from __future__ import annotations

import struct
import zlib

import pytest

from teststand_runner.errors import SequenceFileError
from teststand_runner.reading.binary_form.container import (
    BODY_AT,
    RECORDS_AT,
    VERSION_AT,
    open_container,
)
from teststand_runner.reading.limits import MAX_BYTES, MAX_STRINGS
from teststand_runner.testing import example_file, write_binary

DATA = write_binary(example_file())
HEADER, STREAM = DATA[: BODY_AT + 4], DATA[BODY_AT + 8 :]
BODY = zlib.decompress(STREAM)


def refusal(data: bytes) -> str:
    with pytest.raises(SequenceFileError) as caught:
        open_container(data)
    return str(caught.value)


def patched(at: int, word: int) -> bytes:
    return DATA[:at] + struct.pack("<I", word) + DATA[at + 4 :]


def with_body(body: bytes, announced: int | None = None) -> bytes:
    size = len(body) if announced is None else announced
    return HEADER + struct.pack("<I", size) + zlib.compress(body)


def test_the_whole_is_read() -> None:
    """A container is taken apart into records and strings, and nothing is left over."""
    found = open_container(DATA)
    texts = sum(len(each.encode()) + 1 for each in found.strings)
    assert len(found.records) + 4 + texts == len(BODY)
    assert (found.format_version, found.product_version) == (962, "2021 SP1 (21.1.0.49154)")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (DATA[:100], "cut off within its header"),
        (DATA[:-1], "is cut off"),
        (DATA[: BODY_AT + 8], "is cut off"),
        (DATA + b"\0", "something follows"),
        (patched(BODY_AT, 0), "no compressed part"),
        (patched(VERSION_AT, 577), "before 2014"),
        (patched(RECORDS_AT, len(BODY)), "records are announced"),
        (with_body(BODY, len(BODY) - 1), "does not have the"),
        (with_body(BODY, len(BODY) + 1), "does not have the"),
        (with_body(BODY[:-1]), "strings are announced"),
        (with_body(BODY + b"more\0"), "strings are announced"),
        (with_body(BODY[:-2] + b"\xff\0"), "no UTF-8"),
        (HEADER + struct.pack("<I", 9) + b"no stream", "is damaged"),
    ],
)
def test_damage_is_named(data: bytes, says: str) -> None:
    """A container that is cut off, too short, too long or damaged is refused with the reason."""
    assert says in refusal(data)


def test_every_bit_of_the_content_counts() -> None:
    """A bit that has changed in the compressed part is noticed, wherever it is."""
    for at in range(BODY_AT, len(DATA), 7):
        changed = bytearray(DATA)
        changed[at] ^= 0x10
        assert refusal(bytes(changed))


def test_bombs_are_not_inflated() -> None:
    """A small file that would be huge is refused by what it announces, and by what it has."""
    bomb = bytes(2 * MAX_BYTES)
    assert "are read" in refusal(with_body(bomb))
    assert "does not have the" in refusal(with_body(bomb, 1000))


def test_strings_have_a_limit() -> None:
    """A pool of millions of empty strings is refused before they are made."""
    records = open_container(DATA).records
    pool = struct.pack("<I", MAX_STRINGS + 1) + bytes(MAX_STRINGS + 1)
    assert "strings; 200000 are read" in refusal(with_body(records + pool))
