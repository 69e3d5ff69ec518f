"""Properties, made by hand."""

from __future__ import annotations

from teststand_runner.model.properties import NOTHING, Property, Scalar
from teststand_runner.reading.binary_form.expanding import OF_THE_TYPE


def container(
    name: str, *within: Property, class_name: str = "Obj", type_name: str = "", flags: int = 0
) -> Property:
    """Return a property with others in it."""
    found = {each.name: each for each in within}
    return Property(name, class_name, type_name, properties=found or NOTHING, flags=flags)


def scalar(name: str, class_name: str, value: Scalar, *, flags: int = 0) -> Property:
    """Return a property with a value."""
    return Property(name, class_name, value=value, flags=flags)


def text(name: str, value: str = "", *, flags: int = 0) -> Property:
    """Return a text."""
    return scalar(name, "Str", value, flags=flags)


def path(name: str, value: str = "") -> Property:
    """Return a path."""
    return scalar(name, "PathValue", value)


def expression(name: str, value: str = "") -> Property:
    """Return an expression."""
    return scalar(name, "ExprValue", value)


def number(name: str, value: float = 0.0) -> Property:
    """Return a number: of an int, one with the representation of signed 64 bits."""
    return scalar(name, "Num", value)


def truth(name: str, value: bool = False) -> Property:
    """Return a boolean."""
    return scalar(name, "Bool", value)


def scalars(name: str, class_name: str, *values: Scalar) -> Property:
    """Return an array of scalars."""
    return Property(name, class_name, values=values)


def objects(name: str, *elements: Property) -> Property:
    """Return an array of objects."""
    return Property(name, "Objs", elements=elements)


def with_changes(base: Property, *changes: Property, name: str | None = None) -> Property:
    """Return a property in which some of what is in it is replaced, or added."""
    within = {**base.properties, **{each.name: each for each in changes}}
    return Property(
        base.name if name is None else name,
        base.class_name,
        base.type_name,
        value=base.value,
        values=base.values,
        elements=base.elements,
        properties=within or NOTHING,
        flags=base.flags,
    )


def without(base: Property, *names: str) -> Property:
    """Return a property without some of what is in it."""
    within = {name: each for name, each in base.properties.items() if name not in names}
    return Property(
        base.name, base.class_name, base.type_name, properties=within or NOTHING, flags=base.flags
    )


def instance(definition: Property, class_name: str, name: str, *changes: Property) -> Property:
    """Return something of a type: all that the type has, with changes.

    Types that are named within the type are implied, as are flags.
    """
    plain = implied(definition)
    found = with_changes(plain, *changes, name=name)
    return Property(
        name,
        class_name,
        definition.name,
        value=found.value,
        values=found.values,
        elements=found.elements,
        properties=found.properties,
    )


def implied(definition: Property) -> Property:
    """Return a property of a definition as an instance has it that changes nothing."""
    inside = definition.properties.items()
    within = {name: implied(each) for name, each in inside if not each.flags & OF_THE_TYPE}
    elements = definition.elements
    return Property(
        definition.name,
        definition.class_name,
        value=definition.value,
        values=definition.values,
        elements=None if elements is None else tuple(implied(each) for each in elements),
        properties=within or NOTHING,
    )
