"""Reading the records of a binary file, one behind the other to the last byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from teststand_runner.errors import quoted
from teststand_runner.reading.binary_form.container import Container
from teststand_runner.reading.binary_form.cursor import NONE, Cursor
from teststand_runner.reading.binary_form.masks import Mask
from teststand_runner.reading.binary_form.record import Record
from teststand_runner.reading.binary_form.values import read_value
from teststand_runner.reading.limits import MAX_CHAIN, MAX_DEPTH

SMALLEST = 20
"""How many bytes a record has at least."""

_END = (0, NONE)
_CLUSTERS = {"CLUST", "DNSTRUCT", "BLVCLUSTER"}


@dataclass(frozen=True)
class Records:
    """The records of a file.

    Attributes:
        types: The type definitions by name, in the file's order.
        data: The content.
    """

    types: dict[str, Record]
    data: Record


def read_records(container: Container) -> Records:
    """Return the records of a file.

    Raises:
        SequenceFileError: They are damaged, or too many; it names the offset and the property.
    """
    cursor = Cursor(container.records, container.strings)
    reader = _Reader(cursor)
    for _ in range(cursor.count(cursor.word(), SMALLEST)):
        reader.read_type()
    data = reader.read_content()
    if (cursor.word(), cursor.word()) != _END or not cursor.at_end():
        raise cursor.wrong("the content has ended, and something else follows.")
    return Records({each.name: each for each in reader.types}, data)


class _Reader:
    """Reads records in order; the types that were read define what comes after them."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._names: set[str] = set()
        self.types: list[Record] = []

    def read_type(self) -> None:
        """Read a type definition."""
        record = self._property(_nothing, root=True)
        if not record.name or record.name in self._names:
            raise self._cursor.wrong(f"the type {quoted(record.name)} is defined twice.")
        self._names.add(record.name)
        self._cursor.word()
        self._cursor.byte()
        self._cursor.word()

    def read_content(self) -> Record:
        """Read what is behind the types."""
        return self._property(_nothing)

    def _property(
        self, defined: Callable[[str], Record | None], *, root: bool = False, step: str = ""
    ) -> Record:
        """Read a property.

        Args:
            defined: Gives the definition for a name, unless the property names a type.
            root: Whether it defines a type.
            step: What it adds to the path, if not its name.
        """
        cursor = self._cursor
        record = Record(cursor.at)
        mask = self._mask()
        if cursor.word() != root:
            raise cursor.wrong("a type begins where none is expected, or none where one is.")
        record.class_name = cursor.optional_string() or ""
        named_type = self._named_type() if mask & Mask.TYPED else None
        record.name = cursor.optional_string() or ""
        cursor.path.append(step or f".{record.name}")
        if len(cursor.path) > MAX_DEPTH:
            raise cursor.too_large(f"properties are nested more than {MAX_DEPTH} deep.")
        record.type_name = named_type.name if named_type else ""
        self._define(record, named_type or defined(record.name))
        if root:
            self.types.append(record)
        self._inside(record, mask, root)
        cursor.path.pop()
        return record

    def _mask(self) -> int:
        mask = self._cursor.word()
        if mask & ~Mask.KNOWN:
            raise self._cursor.wrong(f"the fields {mask:#x} of a property are unknown.")
        return mask

    def _named_type(self) -> Record:
        number = self._cursor.word()
        if number >= len(self.types):
            raise self._cursor.wrong(f"type {number} is named before it is defined.")
        return self.types[number]

    def _define(self, record: Record, definition: Record | None) -> None:
        record.definition = definition
        record.chain = definition.chain + 1 if definition else 0
        if record.chain > MAX_CHAIN:
            raise self._cursor.too_large(f"more than {MAX_CHAIN} definitions build on each other.")
        if not record.class_name and definition is not None:
            record.class_name = definition.class_name
        if not record.class_name:
            raise self._cursor.wrong("nothing says of what class the property is.")

    def _inside(self, record: Record, mask: int, root: bool) -> None:
        cursor = self._cursor
        if mask & Mask.REPRESENTED:
            record.representation = cursor.word()
        if mask & Mask.ENUMERATORS:
            cursor.word()
            self._one(_nothing, ".enumerators")
        if mask & Mask.VALUE:
            read_value(cursor, record, self._one)
        self._settings(record, mask, root)
        if mask & Mask.CONTROLLERS:
            self._controllers()
        if mask & Mask.ATTRIBUTES:
            self._one(_nothing, ".attributes")
        self._within(record)

    def _settings(self, record: Record, mask: int, root: bool) -> None:
        cursor = self._cursor
        for bit in (Mask.COMMENT, Mask.FORMAT):
            if mask & bit:
                cursor.string()
        if root:
            self._type_information(mask)
        if mask & Mask.INSTANCE_FLAGS:
            record.instance_flags = cursor.word()
        if mask & Mask.OVERRIDES:
            cursor.word()
        if mask & Mask.FLAGS:
            record.stored_flags = cursor.word()
        if root:
            self._lock()

    def _type_information(self, mask: int) -> None:
        cursor = self._cursor
        cursor.word()
        cursor.long()
        for _ in range(3):
            cursor.optional_string()
        if mask & Mask.TYPE_FLAGS:
            cursor.word()

    def _lock(self) -> None:
        """Pass over what says that a type is locked: nothing needs it."""
        cursor = self._cursor
        cursor.word()
        cursor.optional_string()
        for _ in range(cursor.count(cursor.word(), 4)):
            cursor.optional_string()

    def _controllers(self) -> None:
        """Pass over how structures of other languages are filled."""
        cursor = self._cursor
        for _ in range(cursor.count(cursor.word(), 5)):
            name = cursor.string()
            cursor.truth()
            if name == "STRUCT":
                cursor.word()
                cursor.truth()
                for _field in range(4):
                    cursor.word()
            elif name in _CLUSTERS:
                cursor.truth()
                cursor.optional_string()
            else:
                raise cursor.wrong(f"settings for {quoted(name)} are unknown.")

    def _one(self, defined: Callable[[str], Record | None], step: str) -> Record:
        self._cursor.count(1, SMALLEST)
        return self._property(defined, step=step)

    def _within(self, record: Record) -> None:
        cursor = self._cursor
        definition = record.definition
        defined = definition.find if definition else _nothing
        for _ in range(cursor.count(cursor.word(), SMALLEST)):
            found = self._property(defined)
            if found.name in record.within:
                raise cursor.wrong(f"the property {quoted(found.name)} is there twice.")
            record.within[found.name] = found


def _nothing(_name: str) -> Record | None:
    """Define nothing: of the roots, and of what stands by itself."""
    return None
