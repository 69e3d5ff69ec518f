"""Variables of a definition: locals and file globals."""

from __future__ import annotations

import re
import sys

from teststand_runner.definition.tables import Table
from teststand_runner.definition.tree import property_of
from teststand_runner.model import Property

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OF_TESTSTAND = ("resultlist", "measurementplugins")
_ARRAYS = {bool: "Bools", str: "Strs", float: "Nums"}


def variables_of(table: Table) -> dict[str, Property]:
    """Return the variables of a table: texts, truths, numbers, or arrays of one of these.

    Numbers are TestStand's doubles, with a point or without.

    Raises:
        DefinitionError: A name is none that expressions can have, a text is none that a file keeps,
            or a value is something else.
    """
    found: dict[str, Property] = {}
    for name, value in table.entries():
        if not _NAME.fullmatch(name):
            raise table.wrong(name, "a name has letters, digits and _, and no digit first.")
        if name.lower() in _OF_TESTSTAND:
            raise table.wrong(name, "TestStand makes a variable of this name itself.")
        if name.lower() in {each.lower() for each in found}:
            raise table.wrong(name, "TestStand does not tell it apart from another variable.")
        found[name] = _variable(table, name, value)
    return found


def _variable(table: Table, name: str, value: object) -> Property:
    if not isinstance(value, list):
        return property_of(name, _scalar(table, name, value))
    values = tuple(_scalar(table, name, each) for each in value)
    classes = {_ARRAYS[type(each)] for each in values}
    if len(classes) != 1:
        raise table.wrong(name, "an array has values, all of one type.")
    return Property(name, classes.pop(), values=values)


def _scalar(table: Table, name: str, value: object) -> str | bool | float:
    if isinstance(value, str):
        return table.kept(name, value)
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and abs(value) <= sys.float_info.max:
        return float(value)
    raise table.wrong(
        name, "a text, true, false, a finite number, or an array of such is expected."
    )
