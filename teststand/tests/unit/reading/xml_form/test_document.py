"""XML files that are not what they should be, as documents."""

from __future__ import annotations

import re

import pytest

from teststand_runner.errors import DamagedFileError, FileTooLargeError
from teststand_runner.reading.limits import MAX_TAG_BYTES
from teststand_runner.reading.xml_form import read_xml
from teststand_runner.testing import example_file, write_xml

DATA = write_xml(example_file())
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


def changed(old: bytes, new: bytes) -> bytes:
    """Return the example with its last such text replaced."""
    assert old in DATA
    return new.join(DATA.rsplit(old, 1))


def refusal(data: bytes) -> str:
    with pytest.raises(DamagedFileError) as caught:
        read_xml(data)
    return str(caught.value)


def test_document_types_are_refused() -> None:
    """Entities cannot make a small file huge, nor read another one."""
    assert "document type" in refusal(DATA.replace(b"<teststand", ENTITIES + b"<teststand", 1))


def test_entities_are_refused() -> None:
    """An entity that XML does not have by itself is an error, not an empty text."""
    assert re.search("line .*undefined entity", refusal(changed(b">Demo<", b">&file;<")))


def test_place_is_named() -> None:
    """An error names the line, the column and the property."""
    line = DATA[: DATA.rindex(b">True<") if b">True<" in DATA else DATA.rindex(b">false<")].count(
        b"\n"
    )
    text = refusal(changed(b">false<", b">maybe<"))
    assert text.startswith(f"line {line + 1}, column ")
    assert '"maybe" is no value of the class Bool' in text
    assert re.search(r"Data\.[A-Za-z.\[\]0-9]+: ", text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"</teststandfileheader>", b"</teststandfileheader><more/>", "junk after"),
        (b"</teststandfileheader>", b"", "no element found"),
        (b"<subprops>", b"<subprops>lost<x/>", '"lost" is not expected'),
        (b"\t</typelist>", b"\t\t<typedef/>\n\t</typelist>", "type definition is empty"),
        (b"\t</typelist>", b"\t\t<other/>\n\t</typelist>", '"other" is not expected'),
        (b"<typelist>", b"<Data classname='Obj'/><typelist>", '"Data" is not expected'),
        (b"<typelist>", b"<?php echo?><typelist>", "processing instruction"),
        (b"fileversion='962'", b"fileversion='new'", "is no number"),
        (b"fileversion='962'", b"", "fileversion is missing"),
        (b"\xc2\xb5", b"\xb5", "invalid token"),
        (b"teststandfileheader type", b"TSSequenceFile type", "the root is"),
    ],
)
def test_other_documents_are_refused(old: bytes, new: bytes, says: str) -> None:
    """A file that is not laid out as a sequence file is refused with the place and the reason."""
    text = refusal(changed(old, new))
    assert says in text
    assert text.startswith("line ")


def test_nesting_has_a_limit() -> None:
    """A file cannot be nested so deep that reading it would end the program."""
    nested = b"<a classname='Obj'><subprops>" * 5000
    with pytest.raises(FileTooLargeError, match="deep"):
        read_xml(changed(b"</subprops>", nested))


def test_tags_have_a_limit() -> None:
    """A tag with a million attributes is refused before they are all in memory."""
    tag = b"<a " + b" ".join(b"a%d=''" % index for index in range(MAX_TAG_BYTES // 4))
    with pytest.raises(FileTooLargeError, match="a tag or comment"):
        read_xml(changed(b"</subprops>", tag))


def test_comments_are_passed_over() -> None:
    """Who explains a file within it does not change what it says."""
    data = DATA.replace(b"<typelist>", b"<!-- made <by> hand --><typelist>", 1)
    assert read_xml(data) == read_xml(DATA)
