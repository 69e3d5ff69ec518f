"""Changing the values of elements to those of properties; all else stays as it is."""

from __future__ import annotations

from teststand_runner.errors import TemplateError, quoted
from teststand_runner.model import Property
from teststand_runner.model.properties import Scalar
from teststand_runner.writing.markup import Node
from teststand_runner.writing.template import maybe_property, objects_of, within


def overlay(node: Node, wanted: Property, path: str) -> None:
    """Change an element so that it says what a property says; what that does not name stays.

    Args:
        node: The element, which changes.
        wanted: The property.
        path: What errors call it.

    Raises:
        TemplateError: It has no such property, or one of another class: it is of another version.
    """
    class_name = node.attributes.get("classname", node.tag)
    if class_name != wanted.class_name:
        what = f"the template has a {quoted(class_name)} where a {wanted.class_name} is to be."
        raise TemplateError(what, path=path)
    for name, each in wanted.properties.items():
        child = maybe_property(node, name)
        if child is not None:
            overlay(child, each, f"{path}.{name}")
        elif not _says_nothing(each):
            raise TemplateError(
                f"the template's step has no property {name}: it is of another version.", path=path
            )
    if wanted.elements is not None:
        _overlay_objects(node, wanted.elements, path)
    elif wanted.value is not None:
        set_scalar(_value_of(node), wanted.value)


def _value_of(node: Node) -> Node:
    value = node.child("value")
    if value is None:  # a text that is empty may have none
        value = Node("value")
        node.children.insert(0, value)
    return value


def _says_nothing(wanted: Property) -> bool:
    """Say whether a property is as one that is not there: false, 0, or empty."""
    return not (wanted.value or wanted.values or wanted.elements or wanted.properties)


def _overlay_objects(array: Node, wanted: tuple[Property, ...], path: str) -> None:
    """Give an array objects like those that it has: like the last, when there are no more."""
    patterns: list[Node | None] = [*objects_of(array)] or [None]
    last = len(patterns) - 1
    made = [
        _object(patterns[min(index, last)], each, f"{path}[{index}]")
        for index, each in enumerate(wanted)
    ]
    set_objects(array, made)


def _object(pattern: Node | None, wanted: Property, path: str) -> Node:
    if pattern is None:
        return fresh(wanted, element=True)
    node = pattern.copy()
    node.attributes["name"] = wanted.name
    overlay(node, wanted, path)
    return node


def set_objects(array: Node, objects: list[Node]) -> None:
    """Give an array these objects; its prototype stays."""
    value = within(array, "value")
    prototypes = [each for each in value.children if each.tag != "value"]
    _set_bounds(value, len(objects))
    value.children = prototypes + [Node("value", {}, [each]) for each in objects]


def fresh(wanted: Property, *, element: bool = False) -> Node:
    """Return a new element for a property with a value, or with values: a variable.

    Args:
        wanted: The property.
        element: Whether it is an object of an array, whose tag is its class.
    """
    if element:
        node = Node(wanted.class_name, {"name": wanted.name})
    else:
        node = Node(wanted.name, {"classname": wanted.class_name})
    value = Node("value")
    node.children = [value]
    if wanted.values is not None:
        _set_bounds(value, len(wanted.values))
        value.children = [_indexed(index, each) for index, each in enumerate(wanted.values)]
    else:
        if isinstance(wanted.value, int) and not isinstance(wanted.value, bool):
            value.attributes["representation"] = "Int64"
        set_scalar(value, wanted.value)
    return node


def _indexed(index: int, value: Scalar) -> Node:
    node = Node("value", {"arrayindex": f"[{index}]"})
    set_scalar(node, value)
    return node


def _set_bounds(value: Node, size: int) -> None:
    value.attributes |= {"lbound": "[0]", "ubound": f"[{size - 1}]" if size else "[]"}


def set_scalar(node: Node, value: Scalar) -> None:
    """Give an element a value."""
    if isinstance(value, bool):
        node.text = str(value).lower()
    elif isinstance(value, float):
        node.text = repr(value).removesuffix(".0")
    else:
        node.text = "" if value is None else str(value)
