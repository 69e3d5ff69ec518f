"""The values in the records of a binary file."""

from __future__ import annotations

from collections.abc import Callable

from teststand_runner.errors import quoted
from teststand_runner.model.properties import Scalar
from teststand_runner.reading.binary_form.cursor import Cursor
from teststand_runner.reading.binary_form.record import ARRAYS, Record
from teststand_runner.reading.numbers import array_size

INT64, UINT64 = 2, 3
"""The numbers of the representations of integers."""

_ELEMENT_SIZES = {"Objs": 20, "Strs": 4, "Nums": 8, "Bools": 1, "Refs": 0}

ReadOne = Callable[[Callable[[str], "Record | None"], str], Record]
"""Reads a property, with what defines it and what it adds to the path."""


def read_value(cursor: Cursor, record: Record, read_one: ReadOne) -> None:
    """Read the value of a property whose class is known.

    Raises:
        SequenceFileError: It is damaged, or its class has no value that is known.
    """
    record.has_value = True
    if record.class_name in ARRAYS:
        _read_array(cursor, record, read_one)
    else:
        record.value = _scalar(cursor, record)


def _scalar(cursor: Cursor, record: Record) -> Scalar:
    found = record.class_name
    if found in {"Str", "ExprValue", "PathValue"}:
        return cursor.string()
    if found == "Bool":
        return cursor.truth()
    if found == "Num":
        return _number(cursor, record.number_form)
    if found == "Enum":
        name = cursor.string()
        cursor.double()
        return name
    if found == "Ref":
        return None
    raise cursor.wrong(f"a value of the class {quoted(found)} is unknown.")


def _number(cursor: Cursor, form: int) -> int | float:
    if form == INT64:
        return cursor.signed()
    return cursor.long() if form == UINT64 else cursor.double()


def _read_array(cursor: Cursor, record: Record, read_one: ReadOne) -> None:
    lower, upper = cursor.string(), cursor.string()
    size = array_size(lower, upper)
    if size is None:
        raise cursor.wrong(f"{quoted(lower)} to {quoted(upper)} are no bounds of an array.")
    if record.class_name == "Objs":
        _read_objects(cursor, record, size, read_one)
    else:
        _read_scalars(cursor, record, size)


def _read_objects(cursor: Cursor, record: Record, size: int, read_one: ReadOne) -> None:
    if cursor.truth():
        base = record.element_definition()
        record.prototype = read_one(lambda _: base, ".prototype")
    like = record.element_definition()
    count = cursor.count(size, _ELEMENT_SIZES["Objs"])
    record.elements = tuple(read_one(lambda _: like, f"[{index}]") for index in range(count))


def _read_scalars(cursor: Cursor, record: Record, size: int) -> None:
    count = cursor.count(size, _ELEMENT_SIZES[record.class_name])
    readers: dict[str, Callable[[], Scalar]] = {
        "Strs": cursor.string,
        "Nums": lambda: _number(cursor, record.number_form),
        "Bools": cursor.truth,
        "Refs": lambda: None,
    }
    read = readers[record.class_name]
    record.values = tuple(read() for _ in range(count))
