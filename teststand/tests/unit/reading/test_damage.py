"""Files that are cut off, or changed in any one byte."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator

import pytest

from teststand_runner import SequenceFileError
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.reading.binary_form.container import BODY_AT
from teststand_runner.reading.xml_form.document import read_xml
from teststand_runner.testing import example_file, write_binary, write_xml

EXAMPLE = example_file()
FILES = {"xml": write_xml(EXAMPLE), "binary": write_binary(EXAMPLE)}
BODY = zlib.decompress(FILES["binary"][BODY_AT + 8 :])
STEPS = [
    step.name for sequence in read_sequence_bytes(FILES["xml"]).sequences for step in sequence.steps
]
SEED = random.randrange(2**32)
ROUNDS = 150

each_form = pytest.mark.parametrize("form", list(FILES))


def refusal(data: bytes) -> str:
    """Return why a file is refused; nothing if it is read. There is no third way."""
    try:
        read_sequence_bytes(data)
    except SequenceFileError as error:
        return str(error)
    return ""


def is_read(data: bytes) -> bool:
    """Read a file that may be damaged; say whether it was read, with all its steps."""
    why = refusal(data)
    assert "\n" not in why
    if not why:
        found = read_sequence_bytes(data).sequences
        assert sum(len(each.steps) for each in found) == len(STEPS)
    return not why


def packed(body: bytes) -> bytes:
    """Return the binary file with other records and strings."""
    head = FILES["binary"][: BODY_AT + 4]
    return head + struct.pack("<I", len(body)) + zlib.compress(body, 1)


def chosen(count: int, rounds: int) -> list[int]:
    """Return so many of the places, at random, with a seed that a failure shows."""
    return random.Random(SEED).sample(range(count), min(count, rounds))


def changes(data: bytes, places: list[int]) -> Iterator[bytes]:
    """Return the file with one byte changed, at each of the places to another one.

    Half of the bytes are printable ones: these can make sense in XML.
    """
    draw = random.Random(SEED)
    for place in places:
        other = draw.choice([draw.randrange(256), draw.randrange(32, 127)])
        yield (
            data[:place] + bytes([other if other != data[place] else other ^ 1]) + data[place + 1 :]
        )


@each_form
def test_cut_files_are_refused(form: str) -> None:
    """A file that ends too early is never taken for a whole one."""
    whole = FILES[form].rstrip(b"\n") if form == "xml" else FILES[form]
    places = chosen(len(whole), ROUNDS)
    assert [place for place in places if is_read(whole[:place])] == [], f"seed {SEED}"


@each_form
def test_changed_files_are_whole_or_refused(form: str) -> None:
    """A file with any one byte changed is read with all its steps, or refused with one error."""
    places = chosen(len(FILES[form]), ROUNDS)
    results = {is_read(data) for data in changes(FILES[form], places)}
    assert results == {False, True}, f"seed {SEED}"


def test_changed_records_are_whole_or_refused() -> None:
    """Where no checksum helps, a changed file is read as some sequence, or refused as ever."""
    places = chosen(len(BODY), 2 * ROUNDS)
    results = {bool(refusal(packed(changed))) for changed in changes(BODY, places)}
    assert results == {False, True}, f"seed {SEED}"


@pytest.mark.reliability
@each_form
def test_every_cut_and_every_byte(form: str) -> None:
    """The promises hold at each place of the file."""
    data = FILES[form]
    places = list(range(len(data)))
    for changed in changes(data, places):
        is_read(changed)
    whole = data.rstrip(b"\n") if form == "xml" else data
    assert [place for place in range(len(whole)) if is_read(whole[:place])] == []


@pytest.mark.reliability
def test_every_bit_of_the_records() -> None:
    """The promises hold for each bit of what is compressed."""
    refused = 0
    for place in range(len(BODY)):
        for bit in range(8):
            changed = bytearray(BODY)
            changed[place] ^= 1 << bit
            refused += bool(refusal(packed(bytes(changed))))
    assert len(BODY) < refused < 8 * len(BODY)


def test_swapped_lines_are_noticed() -> None:
    """XML whose lines changed places is refused, or has as many properties as before."""
    lines = FILES["xml"].splitlines(keepends=True)
    draw = random.Random(SEED)
    for _ in range(20):
        at = draw.randrange(2, len(lines) - 2)
        swapped = b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])
        if not refusal(swapped):
            found = read_xml(swapped).data
            assert len(list(found.walk())) == len(list(EXAMPLE.data.walk())), f"seed {SEED}"
