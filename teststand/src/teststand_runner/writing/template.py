"""Templates: sequence files of the user's that have the types, and steps to write others like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from teststand_runner.errors import SequenceFileError, TemplateError
from teststand_runner.model import Group, Property, PropertyFile, SequenceFile, Step
from teststand_runner.reading import read_properties
from teststand_runner.reading.limits import MAX_BYTES
from teststand_runner.reading.sequence_file import sequences_of
from teststand_runner.writing.markup import Node, parse

_NOT_XML = (
    "a template has to be in XML form. In TestStand: File > Save As with XML as the format, or "
    "SequenceFileConverter.exe -Format:XML."
)


@dataclass(frozen=True, eq=False)
class Template:
    """A sequence file in XML form.

    Attributes:
        name: Its name.
        data: Its bytes.
        root: Its elements.
        file: Its sequences.
        types: Its types that can be read, by name.
    """

    name: str
    data: bytes
    root: Node
    file: SequenceFile
    types: Mapping[str, Property]

    @property
    def typelist(self) -> Node:
        """The element with the types."""
        return within(self.root, "typelist")

    @property
    def content(self) -> Node:
        """The element with the content."""
        return within(self.root, "Data")

    def sequences(self) -> Iterator[Node]:
        """Return the elements of its sequences."""
        return objects_of(property_at(self.content, "Seq"))

    def steps(self) -> Iterator[tuple[Step, Node]]:
        """Return its steps, each with its element."""
        for sequence, node in zip(self.file.sequences, self.sequences(), strict=True):
            groups = (sequence.setup, sequence.main, sequence.cleanup)
            for group, steps in zip(Group, groups, strict=True):
                nodes = objects_of(property_at(node, group.value))
                yield from zip(steps, nodes, strict=True)


def read_template(path: Path) -> Template:
    """Return a template.

    Raises:
        SequenceFileError: It cannot be read, is damaged, or is not in XML form.
    """
    try:
        with path.open("rb") as file:
            return template_of(file.read(MAX_BYTES + 1), path.name)
    except OSError as error:
        failure = TemplateError(f"{error.strerror or error}.")
        failure.file = path.name
        raise failure from None


def template_of(data: bytes, name: str) -> Template:
    """Return a template whose content is known.

    Args:
        data: The content.
        name: What errors call it.

    Raises:
        SequenceFileError: See `read_template`.
    """
    try:
        properties: PropertyFile = read_properties(data)
        if properties.information.form != "XML":
            raise TemplateError(_NOT_XML)
        data = data.replace(b"\r\n", b"\n")  # TestStand writes LF; version control may change it.
        return Template(name, data, parse(data), sequences_of(properties), properties.types)
    except SequenceFileError as error:
        error.file = name
        raise


def within(node: Node, tag: str) -> Node:
    """Return the element in an element that the reader has found to be there."""
    found = node.child(tag)
    assert found is not None, tag
    return found


def name_of(node: Node) -> str:
    """Return the name of a property."""
    return node.attributes.get("name", node.tag)


def maybe_property(node: Node, name: str) -> Node | None:
    """Return the property of a name in a property, or None."""
    holder = node.child("subprops")
    children = holder.children if holder is not None else []
    return next((each for each in children if name_of(each) == name), None)


def property_at(node: Node, name: str) -> Node:
    """Return the property of a name in a property that the reader has found to have it."""
    found = maybe_property(node, name)
    assert found is not None, name
    return found


def objects_of(array: Node) -> Iterator[Node]:
    """Return the objects of an array, without its prototype."""
    for each in within(array, "value").children:
        if each.tag == "value":
            yield each.children[0]
