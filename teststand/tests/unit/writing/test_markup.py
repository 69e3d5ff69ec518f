"""XML as TestStand writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from teststand_runner.testing import example_file, write_xml
from teststand_runner.writing.markup import Node, parse, render

SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "samples" / "sequences"


def rendered(data: bytes) -> bytes:
    """Return a file whose content was read as elements, and written again."""
    content = parse(data).child("Data")
    head = data[: content.start].rstrip(b"\t")
    return head + render(content, 1).encode() + b"</teststandfileheader>\n"


def test_what_is_not_changed_is_written_as_it_was() -> None:
    """Texts with line ends, spaces and signs, empty values and attributes stay byte for byte."""
    data = write_xml(example_file())
    assert rendered(data) == data


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples: {SAMPLES} is absent")
def test_real_files_stay_byte_for_byte() -> None:
    """TestStand's own files show whether the form is TestStand's."""
    for path in SAMPLES.glob("*.xml.seq"):
        assert rendered(path.read_bytes()) == path.read_bytes()


def test_attributes_and_texts_are_escaped() -> None:
    """A name with signs is the same after reading."""
    node = Node("Step", {"name": "a'b<\"&\n"}, text="1 < 2 & 'x' > \"y\"")
    found = parse(render(node, 0).encode())
    assert (found.attributes, found.text) == (node.attributes, node.text)


def test_copy_is_independent() -> None:
    """A step that is written like another changes nothing in that."""
    node = Node("a", {"x": "1"}, [Node("b", text="t")])
    copy = node.copy()
    copy.attributes["x"] = "2"
    copy.children[0].text = "u"
    assert (node.attributes["x"], node.children[0].text) == ("1", "t")
