"""The records of a binary file: properties with what differs from their definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from teststand_runner.model.properties import Scalar

NO_VALUES: dict[str, Scalar] = {
    "Str": "",
    "ExprValue": "",
    "PathValue": "",
    "Enum": "",
    "Num": 0.0,
    "Bool": False,
    "Ref": None,
}
"""The classes of scalars, with the value of one that no record gives a value."""

ARRAYS = ("Objs", "Strs", "Nums", "Bools", "Refs")
"""The classes of arrays."""


@dataclass(slots=True)
class Record:
    """A property as it is stored.

    Definitions are records that begin earlier in the file, so that no chain of them is a ring.

    Attributes:
        place: Where it begins.
        definition: What gives all that this one does not; None if nothing does.
        chain: How many definitions stand one behind the other.
        name: Its name; empty if it has none.
        class_name: Its class, its own or that of the definition.
        type_name: Its own named type; empty if it has none.
        representation: The number of its representation; 0 if that is in the definition.
        has_value: Whether its value is stored; else it is in the definition.
        value: The value of a scalar.
        values: The elements of an array of scalars, else None.
        elements: The elements of an array of objects, else None.
        prototype: What the elements of an array are like, if that is stored.
        stored_flags: Its flags; None if they are in the definition.
        instance_flags: Those of what it defines, where they differ from its own; else None.
        within: What is stored of what is in it, by name.
    """

    place: int
    definition: Record | None = None
    chain: int = 0
    name: str = ""
    class_name: str = ""
    type_name: str = ""
    representation: int = 0
    has_value: bool = False
    value: Scalar = None
    values: tuple[Scalar, ...] | None = None
    elements: tuple[Record, ...] | None = None
    prototype: Record | None = None
    stored_flags: int | None = None
    instance_flags: int | None = None
    within: dict[str, Record] = field(default_factory=dict)

    def links(self) -> Iterator[Record]:
        """Return this record, its definition, that one's definition, and so on."""
        link: Record | None = self
        while link is not None:
            yield link
            link = link.definition

    @property
    def flags(self) -> int:
        """Its flags, 0 if nothing says them."""
        for each in self.links():
            if each is not self and each.instance_flags is not None:
                return each.instance_flags
            if each.stored_flags is not None:
                return each.stored_flags
        return 0

    @property
    def number_form(self) -> int:
        """The number of its representation, 0 if nothing says it."""
        return next((each.representation for each in self.links() if each.representation), 0)

    def find(self, name: str) -> Record | None:
        """Return what is in it under a name, or in its definition."""
        found = (each.within.get(name) for each in self.links())
        return next((each for each in found if each is not None), None)

    def element_definition(self) -> Record | None:
        """Return what the elements of this array are like."""
        return next((each.prototype for each in self.links() if each.prototype), None)

    def with_value(self) -> Record | None:
        """Return the record that gives its value; None if none of the same class does."""
        for each in self.links():
            if each.class_name != self.class_name:
                return None
            if each.has_value:
                return each
        return None
