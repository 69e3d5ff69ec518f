"""Readers of what is around the properties: the document, its types, and the content."""

from __future__ import annotations

import re
from collections.abc import Mapping

from teststand_runner.errors import quoted
from teststand_runner.model.properties import FileInformation, Property, PropertyFile
from teststand_runner.reading.xml_form.property_readers import PropertyReader
from teststand_runner.reading.xml_form.readers import NoteReader, Reader, Reading

ROOT = "teststandfileheader"


class DocumentReader(Reader):
    """Reads the whole: one root."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._root: RootReader | None = None

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take the root."""
        if tag != ROOT:
            raise self.reading.wrong(f"the root is {quoted(tag)}; that of TestStand is {ROOT}.")
        self._root = RootReader(self.reading, attributes)
        return self._root

    def finished(self) -> PropertyFile:
        """Return what was read."""
        if self._root is None:
            raise self.reading.wrong("the file is empty.")
        return self._root.finished()


class RootReader(Reader):
    """Reads the root: a list of types, then the content."""

    def __init__(self, reading: Reading, attributes: Mapping[str, str]) -> None:
        super().__init__(reading)
        self._information = self._information_of(attributes)
        self._types: TypeListReader | None = None
        self._data: list[Property] = []

    def _information_of(self, attributes: Mapping[str, str]) -> FileInformation:
        kind = self.required(attributes, "type")
        if kind != "SequenceFile":
            raise self.reading.wrong(f"this is a TestStand file of type {quoted(kind)}.")
        version = self.required(attributes, "fileversion")
        if not re.fullmatch(r"\d{1,9}", version, re.ASCII):
            raise self.reading.wrong(f"fileversion is {quoted(version)}, which is no number.")
        product = self.required(attributes, "productversion")
        return FileInformation("XML", int(version), product, "line")

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take the types, then the content."""
        if tag == "typelist" and self._types is None:
            self._types = TypeListReader(self.reading)
            return self._types
        if tag == "Data" and self._types is not None and not self._data:
            return PropertyReader(self.reading, tag, attributes, self._data.append)
        return super().child(tag, attributes)

    def end(self) -> None:
        """Check that both are there, and all types that are used."""
        if self._types is None or not self._data:
            raise self.reading.wrong("the file has no <typelist> and <Data>.")
        self._check_types(self._types)

    def _check_types(self, found: TypeListReader) -> None:
        """Refuse a file that uses more unknown types than it has locked ones: one was renamed."""
        used = self.reading.used_types
        unknown = [name for name in used if name not in found.types]
        if len(unknown) > found.locked:
            first = ", ".join(f"{quoted(name)} (line {used[name]})" for name in unknown[:5])
            raise self.reading.wrong(
                f"{len(unknown)} types are used that the file does not define: {first}; "
                f"{found.locked} are defined out of sight."
            )

    def finished(self) -> PropertyFile:
        """Return what was read; the element has ended."""
        assert self._types is not None
        return PropertyFile(self._information, self._types.types, self._types.locked, self._data[0])


class TypeListReader(Reader):
    """Reads the type definitions.

    Attributes:
        types: Those that can be read, by name.
        locked: How many cannot.
    """

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.types: dict[str, Property] = {}
        self.locked = 0

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take a type, or a block that its author locked."""
        if tag == "typedef":
            return TypeReader(self)
        if tag == "protected":
            self.locked += 1
            return NoteReader(self.reading)
        return super().child(tag, attributes)

    def add(self, definition: Property) -> None:
        """Take a definition."""
        if definition.name in self.types:
            raise self.reading.wrong(f"the type {quoted(definition.name)} is defined twice.")
        self.types[definition.name] = definition


class TypeReader(Reader):
    """Reads one type definition: a property."""

    def __init__(self, types: TypeListReader) -> None:
        super().__init__(types.reading)
        self._types = types
        self._filled = False

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Take the property that is the type."""
        if self._filled:
            return super().child(tag, attributes)
        self._filled = True
        return PropertyReader(self.reading, tag, attributes, self._types.add)

    def end(self) -> None:
        """Check that it is there."""
        if not self._filled:
            raise self.reading.wrong("a type definition is empty.")
