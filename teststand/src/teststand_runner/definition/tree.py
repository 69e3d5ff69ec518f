"""Properties from plain values: the class of a property follows from the type of its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

from teststand_runner.model import Property


class Expression(str):
    """The text of an expression."""

    __slots__ = ()


class Path(str):
    """A path."""

    __slots__ = ()


Plain: TypeAlias = Union[str, bool, int, float, "Mapping[str, Plain]", Property]
"""A text, an `Expression`, a `Path`, a truth, a number, what is in a container, or a property.

A float is a number as most are; an int is one with the representation of an integer.
"""


def property_of(name: str, value: Plain, *, class_name: str = "", type_name: str = "") -> Property:
    """Return a property.

    Args:
        name: Its name.
        value: Its value, or what is in it.
        class_name: Its class, if it is none that follows from the value.
        type_name: The named type of its own.
    """
    if isinstance(value, Property):
        return value
    if isinstance(value, Mapping):
        within = {key: property_of(key, each) for key, each in value.items()}
        return Property(name, class_name or "Obj", type_name, properties=within)
    plain = str(value) if isinstance(value, str) else value
    return Property(name, class_name or _class_of(value), type_name, value=plain)


def objects(name: str, elements: Sequence[Property]) -> Property:
    """Return an array of objects."""
    return Property(name, "Objs", elements=tuple(elements))


def _class_of(value: str | bool | float) -> str:
    if isinstance(value, Expression):
        return "ExprValue"
    if isinstance(value, Path):
        return "PathValue"
    if isinstance(value, str):
        return "Str"
    return "Bool" if isinstance(value, bool) else "Num"
