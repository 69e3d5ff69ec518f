"""The attributes of a driver: what there is, and the values of one channel or instrument."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources

from local_station.instruments.driver_error import (
    ATTRIBUTE_READ_ONLY,
    ATTRIBUTE_UNKNOWN,
    FUNCTION_UNSUPPORTED,
    TYPES_DIFFER,
    VALUE_INVALID,
    DriverError,
)

Value = bool | int | float | str

LONGEST_TEXT = 10_000
"""Characters that the value of an attribute may have."""

_PARSE: dict[str, Callable[[str], Value]] = {
    "boolean": lambda text: text == "true",
    "int32": int,
    "int64": int,
    "real64": float,
    "string": str,
}
_NO_DEFAULT = "-"


@dataclass(frozen=True)
class Attribute:
    """One attribute.

    Attributes:
        id: NI's number.
        name: As Python programs call it.
        type: `boolean`, `int32`, `int64`, `real64` or `string`.
        read_only: Whether programs cannot set it.
        default: Its value before anybody set it; None if the simulation knows none.
    """

    id: int
    name: str
    type: str
    read_only: bool
    default: Value | None


class AttributeTable:
    """All attributes of one driver; it never changes.

    Args:
        package: Holds `attributes.csv`.
    """

    def __init__(self, package: str) -> None:
        text = resources.files(package).joinpath("attributes.csv").read_text("utf-8")
        rows = [_attribute(row) for row in csv.DictReader(text.splitlines())]
        self._by_id = {row.id: row for row in rows}
        self._by_name = {row.name: row for row in rows}

    def find(self, attribute_id: int, kind: str) -> Attribute:
        """Return the attribute of a number.

        Raises:
            DriverError: There is none, or none of this type.
        """
        attribute = self._by_id.get(attribute_id)
        if attribute is None:
            raise DriverError(ATTRIBUTE_UNKNOWN, f"Attribute {attribute_id} is not simulated.")
        if attribute.type != kind:
            raise DriverError(
                TYPES_DIFFER, f"{attribute.name} has the type {attribute.type}, not {kind}."
            )
        return attribute

    def named(self, name: str) -> Attribute:
        """Return an attribute that this package knows by its name."""
        return self._by_name[name]


class AttributeValues:
    """The values of one channel or instrument. Used on one event loop only.

    Args:
        table: What there is.
        fixed: By name, what the instrument itself says; it survives a reset.
    """

    def __init__(self, table: AttributeTable, fixed: Mapping[str, Value]) -> None:
        self._table = table
        self._fixed = {table.named(name).id: value for name, value in fixed.items()}
        self._set: dict[int, Value] = {}

    def copy(self) -> AttributeValues:
        """Return values that can be changed without these."""
        other = AttributeValues(self._table, {})
        other._fixed, other._set = self._fixed, dict(self._set)
        return other

    def read(self, attribute: Attribute) -> Value:
        """Return what was set, else what the instrument says, else the default.

        Raises:
            DriverError: Nothing was set, and the simulation knows no default.
        """
        for values in (self._set, self._fixed):
            if attribute.id in values:
                return values[attribute.id]
        if attribute.default is None:
            raise DriverError(
                FUNCTION_UNSUPPORTED,
                f"Attribute {attribute.name} has no value before it is set: local_station keeps "
                "it, but does not simulate it.",
            )
        return attribute.default

    def write(self, attribute: Attribute, value: Value) -> None:
        """Set what a program sets.

        Raises:
            DriverError: It cannot be set, or not to this value.
        """
        if attribute.read_only:
            raise DriverError(ATTRIBUTE_READ_ONLY, f"Attribute: {attribute.name}.")
        too_long = isinstance(value, str) and len(value) > LONGEST_TEXT
        if too_long or (isinstance(value, float) and not math.isfinite(value)):
            raise DriverError(VALUE_INVALID, f"Attribute: {attribute.name}.")
        self._set[attribute.id] = value

    def number(self, name: str) -> float:
        """Return the value of an attribute that is a number, by name."""
        value = self.read(self._table.named(name))
        assert not isinstance(value, str), f"{name} is no number"
        return value

    def put(self, name: str, value: Value) -> None:
        """Set the value of an attribute by name, as functions of the driver do."""
        self.write(self._table.named(name), value)

    def was_set(self, name: str) -> bool:
        """Say whether the program has set an attribute since the last reset."""
        return self._table.named(name).id in self._set

    def reset(self) -> None:
        """Forget all that was set."""
        self._set.clear()


def _attribute(row: Mapping[str, str]) -> Attribute:
    text = row["default"]
    default = None if text == _NO_DEFAULT else _PARSE[row["type"]](text)
    return Attribute(int(row["id"]), row["name"], row["type"], row["access"] == "read", default)
