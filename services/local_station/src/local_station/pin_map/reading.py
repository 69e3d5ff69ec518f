"""The XML of a pin map as a tree of light elements, read so that no text can do harm.

A pin map comes from anybody who can reach the station. Its size, depth and number of elements are
bounded, and it may declare no document type: entities could make a small text huge, or read files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from session_sharing.errors import InvalidRequestError, TooLargeError
from session_sharing.text import printable

NAMESPACE = "http://www.ni.com/TestStand/SemiconductorModule/PinMap.xsd"
ROOT = "PinMap"
MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 100_000
_SHOWN = 80
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a pin map.

    Attributes:
        tag: Its name; with its namespace before it, `{...}name`, if that is not a pin map's.
        attributes: Its attributes.
        line: The line on which it begins, from 1.
        children: The elements within it; whatever text there is has been left out.
    """

    tag: str
    attributes: Mapping[str, str]
    line: int
    children: list[Element] = field(default_factory=list)

    def wrong(self, what: str) -> InvalidRequestError:
        """Return the error that says what is wrong with this element."""
        return InvalidRequestError(f"Pin map, line {self.line}, <{cut(self.tag)}>: {what}")

    def required(self, attribute: str) -> str:
        """Return the value of an attribute.

        Raises:
            InvalidRequestError: It is missing or blank.
        """
        value = self.attributes.get(attribute, "")
        if not value.strip():
            raise self.wrong(f"the attribute {attribute} is missing or empty.")
        return value

    def all(self, *tags: str) -> list[Element]:
        """Return the children with one of these tags, in the order of the file."""
        return [child for child in self.children if child.tag in tags]

    def section(self, tag: str) -> list[Element]:
        """Return what is in the child of that name; nothing if there is none."""
        return [child for section in self.all(tag) for child in section.children]


def quoted(text: str) -> str:
    """Return a text of the pin map for a message: in quotes, printable, and cut if it is long."""
    return f'"{cut(text)}"'


def cut(text: str) -> str:
    """Return a text of the pin map for a message: printable, and cut if it is long."""
    return printable(text) if len(text) <= _SHOWN else f"{printable(text[:_SHOWN])}..."


def read_xml(xml: str) -> Element:
    """Return the root of a pin map.

    Args:
        xml: The text, with or without a byte order mark. What it says of its encoding is ignored:
            it has been decoded already.

    Raises:
        InvalidRequestError: It is not well-formed, declares a document type, is nested too deep,
            has too many elements, or is no pin map.
        TooLargeError: It has more than `MAX_BYTES`.
    """
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    tree = _Tree(parser)
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.StartDoctypeDeclHandler = tree.refuse_document_type
    try:
        parser.Parse(_encoded(xml), True)
    except expat.ExpatError as error:
        raise InvalidRequestError(
            f"Pin map, line {error.lineno}{tree.place()}: not well-formed XML: "
            f"{expat.ErrorString(error.code)}, at column {error.offset + 1}."
        ) from None
    return tree.root


def _encoded(xml: str) -> bytes:
    try:
        data = xml.removeprefix(_BYTE_ORDER_MARK).encode()
    except UnicodeEncodeError as error:
        line = xml.count("\n", 0, error.start) + 1
        raise InvalidRequestError(f"Pin map, line {line}: half of a surrogate pair.") from None
    if len(data) > MAX_BYTES:
        raise TooLargeError(
            f"The pin map has {len(data)} bytes; {MAX_BYTES} are allowed.",
            size=len(data),
            limit=MAX_BYTES,
        )
    return data


class _Tree:
    """Grows with the calls of a parser."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._open: list[Element] = []
        self._count = 0
        self._texts: dict[str, str] = {}
        self.root: Element

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        # The same few names come again and again: one object for each takes much less memory.
        shared = {key: self._texts.setdefault(text, text) for key, text in attributes.items()}
        element = Element(_tag(name), shared, self._parser.CurrentLineNumber)
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise element.wrong(f"elements are nested more than {MAX_DEPTH} deep.")
        if self._count > MAX_ELEMENTS:
            raise element.wrong(f"the pin map has more than {MAX_ELEMENTS} elements.")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = _checked_root(element, name)
        self._open.append(element)

    def place(self) -> str:
        """Return within which element the parser is, for a message."""
        return f", in <{cut(self._open[-1].tag)}>" if self._open else ""

    def end(self, _name: str) -> None:
        """End the innermost element."""
        self._open.pop()

    def refuse_document_type(self, *_declaration: object) -> None:
        """Refuse a `<!DOCTYPE`, and with it all entities."""
        raise InvalidRequestError(
            f"Pin map, line {self._parser.CurrentLineNumber}: a document type (<!DOCTYPE) is not "
            "allowed. Remove it; pin maps need none."
        )


def _tag(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return local if namespace == NAMESPACE else f"{{{namespace}}}{local}"


def _checked_root(element: Element, name: str) -> Element:
    if element.tag != ROOT:
        namespace, _, local = name.rpartition(" ")
        raise InvalidRequestError(
            f"Pin map, line {element.line}: the root is {quoted(local)} of the namespace "
            f'{quoted(namespace)}. A pin map begins with <{ROOT} xmlns="{NAMESPACE}">.'
        )
    return element
