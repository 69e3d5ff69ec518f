"""Files that are cut off, or changed in any one byte."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator

import pytest

from teststand_runner.errors import SequenceFileError
from teststand_runner.model import PropertyFile
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.reading.binary_form.container import BODY_AT
from teststand_runner.reading.xml_form.document import read_xml
from teststand_runner.testing import example_file, small_file, write_binary, write_xml

EXAMPLE = example_file()
FILES = {"xml": write_xml(EXAMPLE), "binary": write_binary(EXAMPLE)}
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


def is_read(data: bytes, steps: int = len(STEPS)) -> bool:
    """Read a file that may be damaged; say whether it was read, with all its steps."""
    why = refusal(data)
    assert "\n" not in why
    if not why:
        found = read_sequence_bytes(data).sequences
        assert sum(len(each.steps) for each in found) == steps
    return not why


def body_of(data: bytes) -> bytes:
    """Return what is compressed in a binary file."""
    return zlib.decompress(data[BODY_AT + 8 :])


def with_body(data: bytes, body: bytes) -> bytes:
    """Return a binary file with other records and strings; there are as many bytes of each."""
    return data[: BODY_AT + 4] + struct.pack("<I", len(body)) + zlib.compress(body, 1)


def chosen(size: int, rounds: int) -> list[int]:
    """Return so many of the places, at random, with a seed that a failure shows."""
    return random.Random(SEED).sample(range(size), min(size, rounds))


def changes(data: bytes, places: list[int], seed: int = SEED) -> Iterator[bytes]:
    """Return the file with one byte changed, at each of the places to another one.

    Half of the bytes are printable ones: these can make sense in XML.
    """
    draw = random.Random(seed)
    for place in places:
        drawn = draw.choice([draw.randrange(256), draw.randrange(32, 127)])
        other = drawn if drawn != data[place] else drawn ^ 1
        yield data[:place] + bytes([other]) + data[place + 1 :]


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
    body = body_of(FILES["binary"])
    places = chosen(len(body), 2 * ROUNDS)
    files = (with_body(FILES["binary"], changed) for changed in changes(body, places))
    results = {bool(refusal(file)) for file in files}
    assert results == {False, True}, f"seed {SEED}"


@pytest.mark.reliability
@pytest.mark.parametrize("write", [write_xml, write_binary])
def test_every_cut_and_every_byte(write: Callable[[PropertyFile], bytes]) -> None:
    """The promises hold at each place of a file, with each of several other bytes."""
    data = write(small_file())
    assert is_read(data, steps=1)
    for seed in range(3):
        for changed in changes(data, list(range(len(data))), seed):
            is_read(changed, steps=1)
    whole = data.rstrip(b"\n") if write is write_xml else data
    assert [place for place in range(len(whole)) if is_read(whole[:place], steps=1)] == []


@pytest.mark.reliability
def test_every_bit_of_the_records() -> None:
    """The promises hold for each bit of what is compressed."""
    data = write_binary(small_file())
    body = body_of(data)
    refused = 0
    for place in range(8 * len(body)):
        changed = bytearray(body)
        changed[place // 8] ^= 1 << place % 8
        refused += bool(refusal(with_body(data, bytes(changed))))
    assert 0 < refused < 8 * len(body)


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
