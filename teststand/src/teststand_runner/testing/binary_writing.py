"""Properties in binary form: of each only what differs from its definition."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from teststand_runner.model.properties import Property, PropertyFile, Scalar
from teststand_runner.reading.binary_form.container import (
    BODY_AT,
    BODY_MAGIC,
    FILE_TYPE,
    MAGIC,
    PRODUCT_AT,
    RECORDS_AT,
    TYPE_AT,
    VERSION_AT,
)
from teststand_runner.reading.binary_form.cursor import NONE
from teststand_runner.reading.binary_form.masks import Mask
from teststand_runner.reading.binary_form.record import ARRAYS, NO_VALUES
from teststand_runner.reading.binary_form.values import INT64
from teststand_runner.testing.building import implied

_FLAGS = 0x4


def write_binary(file: PropertyFile) -> bytes:
    """Return a file in binary form.

    A property has to have all that its definition has, but for what belongs to types alone; and a
    type stands behind those that it uses.
    """
    writer = _Writer(file.types)
    records = writer.records(file.data)
    return pack(file, records, writer.pool())


def pack(file: PropertyFile, records: bytes, pool: bytes) -> bytes:
    """Return a file with records and strings as they are, whole or not."""
    header = bytearray(BODY_AT)
    header[: len(MAGIC)] = MAGIC
    _put(header, TYPE_AT, FILE_TYPE.encode())
    _put(header, VERSION_AT, struct.pack("<I", file.information.format_version))
    _put(header, PRODUCT_AT, file.information.product_version.encode())
    _put(header, RECORDS_AT, struct.pack("<I", len(records)))
    body = records + pool
    return bytes(header) + BODY_MAGIC + struct.pack("<I", len(body)) + zlib.compress(body)


def _put(header: bytearray, at: int, data: bytes) -> None:
    header[at : at + len(data)] = data


class _Writer:
    """Writes records, and keeps the strings that they refer to."""

    def __init__(self, types: Mapping[str, Property]) -> None:
        self._types = types
        self._numbers = {name: index for index, name in enumerate(types)}
        self._strings: dict[str, int] = {}

    def pool(self) -> bytes:
        """Return the strings."""
        texts = b"".join(each.encode() + b"\0" for each in self._strings)
        return struct.pack("<I", len(self._strings)) + texts

    def records(self, data: Property) -> bytes:
        """Return all records."""
        types = b"".join(self._type(each) for each in self._types.values())
        end = struct.pack("<II", 0, NONE)
        return struct.pack("<I", len(self._types)) + types + self._property(data, None) + end

    def _string(self, text: str) -> bytes:
        return struct.pack("<I", self._strings.setdefault(text, len(self._strings)))

    def _type(self, found: Property) -> bytes:
        return self._property(found, None, root=True) + struct.pack("<IBI", 0, 0, 0)

    def _property(
        self, found: Property, definition: Property | None, *, root: bool = False
    ) -> bytes:
        base = self._types[found.type_name] if found.type_name else definition
        stores = self._stores(found, base)
        mask = (Mask.VALUE if stores else 0) | (_FLAGS if found.flags else 0)
        mask |= (Mask.TYPED if found.type_name else 0) | (Mask.REPRESENTED if _whole(found) else 0)
        same = base is not None and base.class_name == found.class_name
        parts = [
            struct.pack("<II", mask, root),
            struct.pack("<I", NONE) if same else self._string(found.class_name),
            struct.pack("<I", self._numbers[found.type_name]) if found.type_name else b"",
            self._string(found.name) if found.name else struct.pack("<I", NONE),
            struct.pack("<I", INT64) if _whole(found) else b"",
            self._value(found) if stores else b"",
            struct.pack("<IQIII", 3, 0, NONE, NONE, NONE) if root else b"",
            struct.pack("<I", found.flags) if found.flags else b"",
            struct.pack("<III", 0, NONE, 0) if root else b"",
            self._within(found, base),
        ]
        return b"".join(parts)

    def _stores(self, found: Property, base: Property | None) -> bool:
        if found.class_name not in ARRAYS and found.class_name not in NO_VALUES:
            return False
        if base is None or base.class_name != found.class_name:
            return found.class_name != "Ref"
        return _own(found) != _own(base)

    def _within(self, found: Property, base: Property | None) -> bytes:
        known = base.properties if base is not None else {}
        stored = [
            self._property(each, known.get(name))
            for name, each in found.properties.items()
            if name not in known or each != implied(known[name])
        ]
        return struct.pack("<I", len(stored)) + b"".join(stored)

    def _value(self, found: Property) -> bytes:
        if found.elements is not None:
            objects = [self._property(each, None) for each in found.elements]
            return self._bounds(len(objects)) + b"\0" + b"".join(objects)
        if found.values is not None:
            return self._bounds(len(found.values)) + b"".join(map(self._scalar, found.values))
        return self._scalar(found.value)

    def _bounds(self, size: int) -> bytes:
        return self._string("[0]") + self._string(f"[{size - 1}]" if size else "[]")

    def _scalar(self, value: Scalar) -> bytes:
        if value is None:
            return b""
        if isinstance(value, bool):
            return struct.pack("<B", value)
        if isinstance(value, int):
            return struct.pack("<q", value)
        return self._string(value) if isinstance(value, str) else struct.pack("<d", value)


def _whole(found: Property) -> bool:
    """Say whether a property is an integer."""
    return isinstance(found.value, int) and not isinstance(found.value, bool)


def _own(found: Property) -> tuple[object, ...]:
    """Return what a property says by itself, without what is in it."""
    return (found.value, type(found.value), found.values, found.elements)
