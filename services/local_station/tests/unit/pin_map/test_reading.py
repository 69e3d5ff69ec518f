"""Reading the XML of a pin map."""

from __future__ import annotations

import pytest

from local_station.pin_map import reading
from local_station.pin_map.reading import (
    MAX_BYTES,
    MAX_DEPTH,
    NAMESPACE,
    quoted,
    read_xml,
)
from session_sharing.errors import InvalidRequestError, TooLargeError

OPEN = f'<PinMap xmlns="{NAMESPACE}">'
EMPTY = f"{OPEN}</PinMap>"


def _refusal(xml):
    with pytest.raises(InvalidRequestError) as raised:
        read_xml(xml)
    return str(raised.value)


def test_elements_keep_attributes_order_and_line():
    """An error can name the line of an element, and sections keep the order of the file."""
    root = read_xml(
        f'{OPEN}\n<Pins>\n<DUTPin name="B"/>\n<DUTPin name="A &gt; 1"/></Pins></PinMap>'
    )
    pins = root.section("Pins")
    assert [pin.required("name") for pin in pins] == ["B", "A > 1"]
    assert [(root.line, root.tag), *((pin.line, pin.tag) for pin in pins)] == [
        (1, "PinMap"),
        (3, "DUTPin"),
        (4, "DUTPin"),
    ]


@pytest.mark.parametrize(
    "xml",
    [
        f"\ufeff{EMPTY}",
        f'<?xml version="1.0" encoding="utf-8"?>\n{EMPTY}',
        f'\ufeff<?xml version="1.0" encoding="utf-16"?>{EMPTY}',
        f"<!-- a comment -->{EMPTY}",
        f'<p:PinMap xmlns:p="{NAMESPACE}"/>',
    ],
)
def test_every_way_to_write_a_pin_map_is_read(xml):
    """Editors write marks, declarations, comments and prefixes; none of them matters."""
    assert read_xml(xml).tag == "PinMap"


def test_foreign_elements_are_told_from_those_of_pin_maps():
    """An element of another namespace is never taken for one of a pin map."""
    root = read_xml(f'{OPEN}<Pins xmlns="urn:other"><DUTPin/></Pins><Pins xmlns=""/></PinMap>')
    assert [child.tag for child in root.children] == ["{urn:other}Pins", "{}Pins"]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("", "line 1: not well-formed XML: no element found"),
        ("<PinMap", "line 1: not well-formed XML"),
        (
            f"{OPEN}\n<Pins>\n</PinMap>",
            "line 3, in <Pins>: not well-formed XML: mismatched tag, at column 3.",
        ),
        (
            f"{OPEN}\n&lol;</PinMap>",
            "line 2, in <PinMap>: not well-formed XML: undefined entity, at column 1.",
        ),
        (f"{EMPTY}\0", "line 1: not well-formed XML"),
        (f"{OPEN}\n\ud800</PinMap>", "line 2: half of a surrogate pair"),
        ("<PinMap/>", 'line 1: the root is "PinMap" of the namespace ""'),
        ('\n<PinMap xmlns="urn:x"/>', 'line 2: the root is "PinMap" of the namespace "urn:x"'),
        (f'<Sequence xmlns="{NAMESPACE}"/>', 'the root is "Sequence"'),
    ],
)
def test_what_is_no_pin_map_is_refused_with_its_line(xml, text):
    """Whoever sends a broken file is told where it is broken."""
    assert text in _refusal(xml)


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE PinMap>",
        '<!DOCTYPE PinMap [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE PinMap SYSTEM "/x">',
    ],
)
def test_document_type_is_refused(declaration):
    """Entities, which can make a text huge or read files, are refused before they are declared."""
    assert "line 2: a document type (<!DOCTYPE) is not allowed" in _refusal(
        f"\n{declaration}{EMPTY}"
    )


def test_size_is_bounded():
    """A text that is too big is refused with its size and the limit, before it is read."""
    largest = EMPTY.replace("></", f">{' ' * (MAX_BYTES - len(EMPTY))}</")
    assert read_xml(largest).children == []
    with pytest.raises(TooLargeError) as raised:
        read_xml(f"{largest} ")
    assert (raised.value.size, raised.value.limit) == (MAX_BYTES + 1, MAX_BYTES)


def test_depth_is_bounded():
    """A text cannot nest elements so deep that whoever walks them fails."""
    inner = MAX_DEPTH - 1
    assert read_xml(f"{OPEN}{'<a>' * inner}{'</a>' * inner}</PinMap>")
    assert f"more than {MAX_DEPTH} deep" in _refusal(f"{OPEN}\n{'<a>' * MAX_DEPTH}")


def test_number_of_elements_is_bounded(monkeypatch):
    """A text of few bytes cannot take much memory by many tiny elements."""
    monkeypatch.setattr(reading, "MAX_ELEMENTS", 50)
    assert len(read_xml(f"{OPEN}{'<a/>' * 49}</PinMap>").children) == 49
    assert "line 2, <a>: the pin map has more than 50 elements" in _refusal(
        f"{OPEN}{'<a/>' * 49}\n<a/></PinMap>"
    )


def test_long_texts_are_cut_in_messages():
    """A message stays readable whatever a pin map has in it."""
    assert quoted("short") == '"short"'
    assert len(quoted("x" * 10_000)) < 100


def test_texts_of_a_pin_map_cannot_steer_a_terminal():
    """Attributes and namespaces may have line ends and control characters; messages have none."""
    assert quoted("a\x9b2J\nb\u202e") == r'"a\x9b2J\nb\u202e"'
    root = read_xml(f'{OPEN}<x xmlns="a&#10;b\x9b"/></PinMap>')
    assert r"<{a\nb\x9b}x>: it" in str(root.children[0].wrong("it"))
    assert str(root.children[0].wrong("it")).isprintable()
