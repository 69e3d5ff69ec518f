"""Sequences as a real sequence file in XML form, with the types and the steps of templates."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Several

from teststand_runner.errors import TemplateError
from teststand_runner.model import Group, Property, Sequence, SequenceFile, Step
from teststand_runner.model.properties import NOTHING
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.writing.comparing import OF_TESTSTAND, difference
from teststand_runner.writing.markup import Node, render
from teststand_runner.writing.overlaying import fresh, overlay, set_objects
from teststand_runner.writing.patterns import Pattern, StepKind, kind_of, patterns_for
from teststand_runner.writing.template import Template, property_at
from teststand_runner.writing.types import TypeList

_END = b"</teststandfileheader>\n"


def write_sequence_file(file: SequenceFile, templates: Several[Template]) -> bytes:
    """Return sequences as a file that TestStand opens.

    Types are taken as they are, locked ones too. Each step is a copy of one of the templates' of
    the same kind, in which values alone are other ones. The file has the version of the first
    template.

    Args:
        file: The sequences; without parameters.
        templates: Where types and steps are from; the first is the one with the locked types.

    Raises:
        TemplateError: Steps of a kind are missing in the templates, or they are of a version
            that does not have what the sequences say.
    """
    first = templates[0]
    patterns = patterns_for(file, templates)
    types = TypeList(first)
    for pattern in patterns.values():
        types.need(pattern.node, pattern.template)
    content = render(_content(file, first, patterns), 1).encode()
    data = types.text() + content + _END
    _check(file, data)
    return data


def _check(file: SequenceFile, data: bytes) -> None:
    """Read what was written, and compare: a template may have a form that nobody has seen."""
    found = difference(file, read_sequence_bytes(data, "the file that was written"))
    if found:
        raise TemplateError(f"with this template the file would not say what it should: {found}.")


def _content(file: SequenceFile, first: Template, patterns: Mapping[StepKind, Pattern]) -> Node:
    content = first.content.copy()
    pattern = next(first.sequences(), None)
    if pattern is None:
        raise TemplateError(f"{first.name} has no sequence.")
    made = [_sequence(each, pattern, patterns) for each in file.sequences]
    set_objects(property_at(content, "Seq"), made)
    _set_variables(property_at(content, "FileGlobalDefaults"), file.file_globals)
    return content


def _sequence(sequence: Sequence, frame: Node, patterns: Mapping[StepKind, Pattern]) -> Node:
    node = frame.copy()
    node.attributes["name"] = sequence.name
    property_at(node, "Parameters").children = []
    _set_variables(property_at(node, "Locals"), sequence.locals)
    groups = (sequence.setup, sequence.main, sequence.cleanup)
    for group, steps in zip(Group, groups, strict=True):
        made = [_step(each, patterns[kind_of(each)]) for each in steps]
        set_objects(property_at(node, group.value), made)
    return node


def _step(step: Step, pattern: Pattern) -> Node:
    node = pattern.node.copy()
    node.attributes["name"] = step.name
    try:
        overlay(node, step.properties, step.path)
    except TemplateError as error:
        error.file = pattern.template.name
        raise
    return node


def _set_variables(holder: Node, wanted: Property) -> None:
    """Give a holder of variables these; those that TestStand makes itself stay."""
    kept = _kept(holder)
    made = [fresh(each) for each in (wanted.properties or NOTHING).values()]
    holder.children = [Node("subprops", {}, kept + made)] if kept or made else []


def _kept(holder: Node) -> list[Node]:
    inside = holder.child("subprops")
    return [each for each in (inside.children if inside else []) if each.tag in OF_TESTSTAND]
