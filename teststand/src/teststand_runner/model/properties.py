"""What a sequence file consists of, in either form: a tree of properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

Scalar: TypeAlias = str | bool | int | float | None
"""A value: text, truth, a number (an int if its representation is one), or of a reference None."""

NOTHING: Mapping[str, Property] = MappingProxyType({})
PASS_BY_REFERENCE = 0x4
"""The flag of a parameter that its caller's variable is handed to, not a copy."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property with all that is below it.

    A file says of a step what differs from the step's type, or what TestStand's XML form says of
    it; here it is as in XML. What belongs to the type alone is in `PropertyFile.types`.

    Attributes:
        name: Its name; of an element of an array often empty.
        class_name: How it is built, as `Str`, `Num`, `Obj` or `CPythonCall`.
        type_name: The named type of its own; empty if it has none, or its parent's type says it.
        value: Its value, if it is no array; None if it has none.
        values: The elements of an array of scalars; None if it is none.
        elements: The elements of an array of objects; None if it is none.
        properties: What is in it, by name, in the file's order.
        flags: The flags that are stored with it; 0 where they are those of its type.
        place: The line, or the offset in the inflated records, where it begins. It is no part
            of what the property says: two that differ in nothing else are equal.
    """

    name: str
    class_name: str
    type_name: str = ""
    value: Scalar = None
    values: tuple[Scalar, ...] | None = None
    elements: tuple[Property, ...] | None = None
    properties: Mapping[str, Property] = field(default_factory=lambda: NOTHING)
    flags: int = 0
    place: int = field(default=0, compare=False, repr=False)

    @property
    def by_reference(self) -> bool:
        """Whether it is a parameter that stands for the caller's variable."""
        return bool(self.flags & PASS_BY_REFERENCE)

    def find(self, path: str) -> Property | None:
        """Return the property below this one whose names are joined by dots, or None."""
        found: Property | None = self
        for name in path.split("."):
            found = found.properties.get(name) if found is not None else None
        return found

    def walk(self) -> Iterator[Property]:
        """Return this property and all below it, parents first."""
        waiting = [self]
        while waiting:
            found = waiting.pop()
            yield found
            waiting.extend(reversed((*(found.elements or ()), *found.properties.values())))


@dataclass(frozen=True, slots=True)
class FileInformation:
    """What a file says of itself.

    Attributes:
        form: `XML` or `binary`.
        format_version: The number of the format, as 962.
        product_version: The TestStand that wrote it, as `2021 SP1 (21.1.0.49154)`.
        place_unit: What the numbers of places in it are: `line`, or `inflated offset`.
    """

    form: str
    format_version: int
    product_version: str
    place_unit: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class PropertyFile:
    """A sequence file as its tree of properties.

    Attributes:
        information: What it says of itself.
        types: Its type definitions by name, in the file's order.
        locked_types: How many more it has that cannot be read: their authors locked them.
        data: The content, with the sequences in `Seq`.
    """

    information: FileInformation
    types: Mapping[str, Property]
    locked_types: int
    data: Property
