"""Which files are read at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from teststand_runner.errors import NotASequenceFileError, SequenceFileError
from teststand_runner.reading import read_properties, read_sequence_file
from teststand_runner.reading.limits import MAX_BYTES
from teststand_runner.testing import example_file, write_binary, write_xml

EXAMPLE = example_file()
INI = b'[__Header__]\nProductName = "TestStand"\nType = "SequenceFile"\n'


def test_both_forms_say_the_same() -> None:
    """What was written in either form is read as it was, to the last property, value and flag."""
    from_xml, from_binary = (
        read_properties(write_xml(EXAMPLE)),
        read_properties(write_binary(EXAMPLE)),
    )
    assert from_xml == EXAMPLE
    assert from_binary == example_file("binary")
    assert repr(sorted_tree(from_xml.data)) == repr(sorted_tree(from_binary.data))


def sorted_tree(found: object) -> object:
    """Return a property with what is in it in order of names, so that texts can be compared."""
    within = {name: sorted_tree(each) for name, each in sorted(found.properties.items())}
    elements = None if found.elements is None else tuple(map(sorted_tree, found.elements))
    return replace(found, properties=within, elements=elements)


def test_byte_order_mark_is_optional() -> None:
    """An XML file is read with a byte order mark and without."""
    data = write_xml(EXAMPLE)
    assert read_properties(data.removeprefix(b"\xef\xbb\xbf")) == read_properties(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (INI, "INI form, which is not read"),
        (b"\xef\xbb\xbf" + INI, "INI form"),
        (b"", "is empty"),
        ("<?xml?>".encode("utf-16"), "UTF-16"),
        (b"MZ\x90\x00", "no TestStand sequence file"),
        (b"TOF2" + bytes(4000), "no TestStand sequence file"),
    ],
)
def test_other_makes_are_refused(data: bytes, says: str) -> None:
    """Who gives another kind of file is told what it is, as far as that is known."""
    with pytest.raises(NotASequenceFileError, match=says):
        read_properties(data)


@pytest.mark.parametrize("form", ["xml", "binary"])
def test_other_files_of_teststand_are_refused(form: str) -> None:
    """A file of TestStand that has no sequences is told apart from a damaged one."""
    data = write_xml(EXAMPLE) if form == "xml" else write_binary(EXAMPLE)
    with pytest.raises(SequenceFileError, match=r"of type .StationConfig"):
        read_properties(data.replace(b"SequenceFile", b"StationConfig", 1))


def test_files_have_a_limit(tmp_path: Path) -> None:
    """A file that is too large is refused before it is read."""
    path = tmp_path / "Large.seq"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SequenceFileError, match=r"^Large\.seq: it has more than"):
        read_sequence_file(path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    """A file that is not there is an error of the same tree, with its name."""
    with pytest.raises(SequenceFileError, match=r"^Absent\.seq: No such file"):
        read_sequence_file(tmp_path / "Absent.seq")
