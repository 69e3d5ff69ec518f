"""Looking at properties as what a sequence has there."""

from __future__ import annotations

from dataclasses import dataclass

from teststand_runner.errors import UnexpectedPropertyError, quoted
from teststand_runner.model.properties import Property


@dataclass(frozen=True)
class Look:
    """A property, and where it is.

    Attributes:
        property: The property.
        path: Its path in the file.
        unit: What the numbers of places in the file are.
    """

    property: Property
    path: str
    unit: str

    def wrong(self, what: str, below: str = "") -> UnexpectedPropertyError:
        """Return the error that says what is wrong with this property, or one below it."""
        found = self.property.find(below) if below else None
        place = f"{self.unit} {(found or self.property).place}"
        path = f"{self.path}.{below}" if below else self.path
        return UnexpectedPropertyError(what, place=place, path=path)

    def maybe(self, path: str) -> Look | None:
        """Return the property below this one, or None."""
        found = self.property.find(path)
        return Look(found, f"{self.path}.{path}", self.unit) if found is not None else None

    def at(self, path: str) -> Look:
        """Return the property below this one, or for no name this one.

        Raises:
            UnexpectedPropertyError: There is none.
        """
        found = self.maybe(path) if path else self
        if found is None:
            raise self.wrong("the property is missing.", path)
        return found

    def elements(self, path: str, class_name: str = "") -> tuple[Look, ...]:
        """Return the objects of an array below this property.

        Args:
            path: The names to the array.
            class_name: The class that they have; empty if any will do.

        Raises:
            UnexpectedPropertyError: There is no such array, or another object in it.
        """
        array = self.at(path)
        if array.property.elements is None:
            raise array.wrong("an array of objects is expected.")
        found = tuple(
            Look(each, f"{array.path}[{index}]", self.unit)
            for index, each in enumerate(array.property.elements)
        )
        for each in found:
            if class_name and each.property.class_name != class_name:
                raise each.wrong(
                    f"a {class_name} is expected, not a {quoted(each.property.class_name)}."
                )
        return found

    def text(self, path: str, default: str | None = None) -> str:
        """Return the text of a property below this one.

        Args:
            path: The names to it.
            default: What to return if there is none; None if there has to be one.

        Raises:
            UnexpectedPropertyError: It is missing, or no text.
        """
        found = self._value(path, default)
        if not isinstance(found, str):
            raise self.wrong("a text is expected.", path)
        return found

    def truth(self, path: str, default: bool | None = None) -> bool:
        """Return whether a property below this one is true; see `text`."""
        found = self._value(path, default)
        if not isinstance(found, bool):
            raise self.wrong("true or false is expected.", path)
        return found

    def integer(self, path: str = "", default: int | None = None) -> int:
        """Return the integer of a property below this one, or for no name its own; see `text`."""
        found = self._value(path, default)
        if isinstance(found, float) and found.is_integer() and abs(found) < 2**53:
            return int(found)
        if not isinstance(found, int) or isinstance(found, bool):
            raise self.wrong("an integer is expected.", path)
        return found

    def _value(self, path: str, default: object) -> object:
        if default is not None and self.maybe(path) is None:
            return default
        return self.at(path).property.value
