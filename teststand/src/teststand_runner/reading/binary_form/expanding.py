"""From records to properties: with all that is left to definitions, as the XML form says it."""

from __future__ import annotations

from collections.abc import Mapping

from teststand_runner.errors import FileTooLargeError
from teststand_runner.model.properties import NOTHING, Property, Scalar
from teststand_runner.reading.binary_form.record import ARRAYS, NO_VALUES, Record
from teststand_runner.reading.binary_form.values import INT64, UINT64
from teststand_runner.reading.limits import MAX_DEPTH, MAX_PROPERTIES, Budget

EXCLUDED = 0x80000
"""The flag of what no step has: it is in the type alone."""

OF_THE_TYPE = EXCLUDED | 0x20000 | 0x200000
"""With those of what steps share, and of what is not spread out: in a step only if it differs."""


class Expanding:
    """Makes properties of records.

    Args:
        types: The type definitions by name.
    """

    def __init__(self, types: Mapping[str, Record]) -> None:
        self._types = types
        self._budget = Budget()
        self._path: list[str] = []

    def definition(self, name: str) -> Property:
        """Return a type with all that is in it.

        Raises:
            FileTooLargeError: It is nested too deep, or too large.
        """
        return self._property(self._types[name], f".{name}", whole=True, stored=True)

    def content(self, data: Record) -> Property:
        """Return the content, without what belongs to types alone.

        Raises:
            FileTooLargeError: It is nested too deep, or too large.
        """
        return self._property(data, ".Data", whole=False, stored=True)

    def _property(self, record: Record, step: str, *, whole: bool, stored: bool) -> Property:
        """Return a property.

        Args:
            record: Its record.
            step: What it adds to the path.
            whole: Whether what belongs to types alone is wanted.
            stored: Whether the record is of the content itself, not of a definition.
        """
        self._path.append(step)
        self._check(record)
        giver = record.with_value()
        own = stored and giver is record
        found = Property(
            name=record.name,
            class_name=record.class_name,
            type_name=record.type_name if stored else "",
            value=scalar_of(record, giver),
            values=scalars_of(record, giver),
            elements=self._objects(record, giver, whole=whole, stored=own),
            properties=self._within(record, whole=whole, stored=stored),
            flags=(record.stored_flags or 0) if stored else 0,
            place=record.place,
        )
        self._path.pop()
        return found

    def _check(self, record: Record) -> None:
        if len(self._path) > MAX_DEPTH:
            raise self._too_large(f"properties are nested more than {MAX_DEPTH} deep.", record)

    def _count(self, count: int, record: Record) -> None:
        """Count what is looked at: also what is left out, for it takes time."""
        if not self._budget.take(count):
            raise self._too_large(f"the file has more than {MAX_PROPERTIES} properties.", record)

    def _too_large(self, what: str, record: Record) -> FileTooLargeError:
        path = "".join(self._path).removeprefix(".")
        return FileTooLargeError(what, place=f"inflated offset {record.place}", path=path)

    def _objects(
        self, record: Record, giver: Record | None, *, whole: bool, stored: bool
    ) -> tuple[Property, ...] | None:
        if record.class_name != "Objs":
            return None
        elements = (giver.elements or ()) if giver else ()
        self._count(len(elements), record)
        return tuple(
            self._property(each, f"[{index}]", whole=whole, stored=stored)
            for index, each in enumerate(elements)
        )

    def _within(self, record: Record, *, whole: bool, stored: bool) -> Mapping[str, Property]:
        chain = list(record.links())
        names = dict.fromkeys(name for each in reversed(chain) for name in each.within)
        self._count(len(names), record)
        found = {}
        for name in names:
            each = next(link.within[name] for link in chain if name in link.within)
            own = stored and name in record.within
            if whole or not each.flags & (EXCLUDED if own else OF_THE_TYPE):
                found[name] = self._property(each, f".{name}", whole=whole, stored=own)
        return found or NOTHING


def scalar_of(record: Record, giver: Record | None) -> Scalar:
    """Return the value of a property, as its class and representation want it.

    Args:
        record: The property.
        giver: The record that gives its value; None if none does.
    """
    if record.class_name not in NO_VALUES:
        return None
    value = giver.value if giver else NO_VALUES[record.class_name]
    return int(value) if isinstance(value, float) and is_integer(record, value) else value


def is_integer(record: Record, value: float) -> bool:
    """Say whether a number is to be an integer, and can be one."""
    return record.number_form in {INT64, UINT64} and value.is_integer()


def scalars_of(record: Record, giver: Record | None) -> tuple[Scalar, ...] | None:
    """Return the elements of an array of scalars; None if it is none."""
    if record.class_name not in ARRAYS or record.class_name == "Objs":
        return None
    return (giver.values or ()) if giver else ()
