"""The types that a file needs: those of the first template, and what others add to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from teststand_runner.errors import TemplateError, quoted
from teststand_runner.model import Property
from teststand_runner.writing.markup import Node
from teststand_runner.writing.template import Template, name_of

_OF_THE_TYPE = 0x80000
"""The flag of what steps do not have, but their type alone."""
_NUMBER = re.compile(rb"(typelistordernum=')\d+(')")


class TypeList:
    """The types of the file that is written: verbatim, each from the file that it stood in.

    Args:
        first: The template that the file is made from. Its types are all there.
    """

    def __init__(self, first: Template) -> None:
        self._first = first
        self._origin: dict[str, Template] = dict.fromkeys(first.types, first)
        self._added: list[bytes] = []

    def need(self, node: Node, template: Template) -> None:
        """See to it that the types of an element are there.

        Raises:
            TemplateError: A type is locked in its template, or the templates contradict each other.
        """
        if template is self._first:
            return
        definitions = dict(_definitions(template.typelist))
        for name in _closure(_types_in(node), definitions, template):
            if name not in self._origin:
                self._origin[name] = template
                self._added.append(self._numbered(definitions[name], template))
            elif not _alike(self._origin[name].types[name], template.types[name]):
                raise TemplateError(
                    f"the type {quoted(name)} is another one in {template.name} than in "
                    f"{self._origin[name].name}: save both with one version of TestStand."
                )

    def text(self) -> bytes:
        """Return the file up to the end of its types."""
        data, closing = self._first.data, _closing(self._first)
        added = b"".join(b"\t\t" + each + b"\n" for each in self._added)
        rest = data[closing : self._first.content.start].rstrip(b"\t")
        return data[:closing].rstrip(b"\t") + added + b"\t" + rest

    def _numbered(self, definition: Node, template: Template) -> bytes:
        """Return a type as it stands in its file, with a number of the list that is not taken."""
        data = template.data[definition.start : definition.end]
        taken = [_number(each) for each in self._first.typelist.children]
        number = max(taken, default=0) + len(self._added) + 1
        return _NUMBER.sub(rb"\g<1>%d\g<2>" % number, data, count=1)


def _number(definition: Node) -> int:
    text = definition.attributes.get("typelistordernum", "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _closing(template: Template) -> int:
    return template.data.rindex(b"</typelist>", 0, template.typelist.end)


def _definitions(typelist: Node) -> Iterator[tuple[str, Node]]:
    for each in typelist.children:
        if each.tag == "typedef":
            yield name_of(each.children[0]), each


def _types_in(node: Node) -> list[str]:
    return [each.attributes["typename"] for each in node.walk() if "typename" in each.attributes]


def _closure(
    names: Iterable[str], definitions: Mapping[str, Node], template: Template
) -> list[str]:
    """Return types and those that they use, in the order in which they stand in their file."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in definitions:
            raise TemplateError(
                f"the type {quoted(name)} is locked in {template.name}: give this file as the "
                "first --template."
            )
        found.add(name)
        waiting += _types_in(definitions[name])
    return [name for name in definitions if name in found]


def _alike(one: Property, other: Property) -> bool:
    """Say whether steps of one type have the properties that those of another have."""
    if one.class_name != other.class_name:
        return False
    ours, theirs = _of_instances(one), _of_instances(other)
    return ours.keys() == theirs.keys() and all(_alike(ours[name], theirs[name]) for name in ours)


def _of_instances(definition: Property) -> dict[str, Property]:
    within = definition.properties.items()
    return {name: each for name, each in within if not each.flags & _OF_THE_TYPE}
