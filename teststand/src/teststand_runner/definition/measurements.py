"""Calls of measurement plug-ins in a definition."""

from __future__ import annotations

import re

from teststand_runner.definition.tables import Table
from teststand_runner.definition.tree import Expression, Plain, objects, property_of
from teststand_runner.model import Property

_TYPES = (*("Double", "Float", "Int32", "Int64", "Uint32", "Uint64", "Bool", "String", "Enum"),)
_KINDS = ("None", "IOResource", "Pin", "Path", "Enum")
_TYPE = re.compile(r"(\w+?)(\[\])?", re.ASCII)


def measurement_of(table: Table) -> Property:
    """Return what a step says of the plug-in and of its parameters.

    Raises:
        DefinitionError: A key is not what it has to be.
    """
    name, version = table.name("measurement"), table.text("version", "")
    parameters = [*_parameters(table, "inputs", "In"), *_parameters(table, "outputs", "Out")]
    return property_of(
        "Measurement",
        {"Version": version, "Name": name, "Parameters": objects("Parameters", parameters)},
    )


def _parameters(table: Table, key: str, direction: str) -> list[Property]:
    found: dict[str, Property] = {}
    for number, each in enumerate(table.tables(key), 1):
        name = each.name("name")
        if name in found:
            raise each.wrong("name", f"there are two {key} of this name.")
        found[name] = _parameter(each, name, direction, number)
        each.finish()
    return list(found.values())


def _parameter(table: Table, name: str, direction: str, number: int) -> Property:
    kind, dimensions = _type(table)
    members = _members(table, kind)
    value = table.text("value") if direction == "In" else table.text("store", "")
    said: dict[str, Plain] = {
        "Name": name,
        "ArgumentValue": Expression(value),
        "Direction": direction,
        "Log": table.truth("log", True),
        "Dimension": dimensions,
        "Type": f"Type{kind}",
        "ID": table.integer("id", number),
        "TypeSpecialization": table.choice("kind", _KINDS, "Enum" if members else "None"),
        "EnumDefinition": objects("EnumDefinition", members),
    }
    return property_of("", said, type_name="NI_MeasurementParameter")


def _type(table: Table) -> tuple[str, int]:
    """Return the type, and 1 if it is an array, else 0."""
    text = table.text("type")
    found = _TYPE.fullmatch(text)
    if found is None or found[1] not in _TYPES:
        meant = [each for each in _TYPES if found is not None and each.lower() == found[1].lower()]
        hint = f" It is spelt {meant[0]}." if meant else ""
        expected = f"one of {', '.join(_TYPES)} is expected, or such with []."
        raise table.wrong("type", f"{expected}{hint}")
    return found[1], 1 if found[2] else 0


def _members(table: Table, kind: str) -> list[Property]:
    if kind != "Enum":
        return []
    members = table.table("members")
    found = [property_of(name, members.integer(name)) for name, _ in members.entries()]
    if not found:
        raise table.wrong("members", "the members are missing: { FIRST = 0, SECOND = 1 }.")
    return found
