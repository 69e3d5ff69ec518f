"""TestStand's XML as elements, so that what is not changed is written as it was read.

The form is TestStand's own: an element a line, a tab for each depth, attributes in single quotes in
the order in which they stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape


@dataclass(eq=False)
class Node:
    """An element: with others in it, or with text.

    Attributes:
        tag: Its tag.
        attributes: Its attributes, in order.
        children: The elements in it, in order.
        text: Its text, if no elements are in it.
        start: Where its first byte is in the file; 0 if it was made.
        end: Where its last byte ends.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""
    start: int = 0
    end: int = 0

    def child(self, tag: str) -> Node | None:
        """Return the first element in it with a tag, or None."""
        return next((each for each in self.children if each.tag == tag), None)

    def walk(self) -> Iterator[Node]:
        """Return this element and all in it, parents first."""
        waiting = [self]
        while waiting:
            found = waiting.pop()
            yield found
            waiting.extend(reversed(found.children))

    def copy(self) -> Node:
        """Return an element of its own that says the same."""
        children = [each.copy() for each in self.children]
        return Node(self.tag, dict(self.attributes), children, self.text)


def parse(data: bytes) -> Node:
    """Return the root of a file.

    The file is one that `teststand_runner.reading` has read: that is well-formed, has neither
    document type nor entities of its own, and is not nested without end.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    builder = _Builder(parser, data)
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.finish
    parser.CharacterDataHandler = builder.take
    parser.Parse(data, True)
    return builder.top.children[0]


class _Builder:
    """Builds elements from what the parser tells."""

    def __init__(self, parser: expat.XMLParserType, data: bytes) -> None:
        self._parser = parser
        self._data = data
        self.top = Node("")
        self._open = [self.top]

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        node = Node(tag, dict(attributes), start=self._parser.CurrentByteIndex)
        self._open[-1].children.append(node)
        self._open.append(node)

    def finish(self, _tag: str) -> None:
        """Close the innermost element. The text between elements is no content of theirs."""
        node = self._open.pop()
        node.end = self._data.index(b">", self._parser.CurrentByteIndex) + 1
        if node.children:
            node.text = ""

    def take(self, text: str) -> None:
        """Take text of the innermost element."""
        self._open[-1].text += text


def render(node: Node, depth: int) -> str:
    """Return an element as TestStand writes it, with the end of its last line.

    Args:
        node: It.
        depth: How deep it is: how many tabs stand before it.
    """
    return "".join(f"{line}\n" for line in _lines(node, depth))


def _lines(node: Node, depth: int) -> Iterator[str]:
    indent = "\t" * depth
    head = node.tag + "".join(f" {name}='{_quoted(it)}'" for name, it in node.attributes.items())
    if node.children:
        yield f"{indent}<{head}>"
        for each in node.children:
            yield from _lines(each, depth + 1)
        yield f"{indent}</{node.tag}>"
    elif node.text:
        yield f"{indent}<{head}>{escape(node.text)}</{node.tag}>"
    else:
        yield f"{indent}<{head}/>"


def _quoted(value: str) -> str:
    return escape(value, {"'": "&apos;", "\n": "&#10;", "\t": "&#9;"})
