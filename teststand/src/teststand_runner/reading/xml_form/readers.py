"""What the readers of elements have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from teststand_runner.errors import SequenceFileError, quoted
from teststand_runner.reading.limits import MAX_PROPERTIES, Budget


class Reading(ABC):
    """A file that is being read.

    Attributes:
        used_types: The named types that properties have, with the line that names each first.
    """

    def __init__(self) -> None:
        self._budget = Budget()
        self._names: dict[str, str] = {}
        self.used_types: dict[str, int] = {}

    @property
    @abstractmethod
    def line(self) -> int:
        """The line that is being read, from 1."""

    @abstractmethod
    def wrong(self, what: str) -> SequenceFileError:
        """Return the error that says what is wrong at this place."""

    @abstractmethod
    def too_large(self, what: str) -> SequenceFileError:
        """Return the error that says what there is too much of at this place."""

    def count(self) -> None:
        """Count a property, or an element of an array.

        Raises:
            FileTooLargeError: There are too many.
        """
        if not self._budget.take():
            raise self.too_large(f"the file has more than {MAX_PROPERTIES} properties.")

    def shared(self, name: str) -> str:
        """Return one object for all equal names: the same few come again and again."""
        return self._names.setdefault(name, name)


class Reader:
    """Reads one element; by itself one with nothing in it.

    Args:
        reading: The file.

    Attributes:
        step: What the element adds to the path of a property.
    """

    step = ""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def child(self, tag: str, attributes: Mapping[str, str]) -> Reader:
        """Return the reader of an element within this one; as a rule there is none.

        Raises:
            DamagedFileError: No such element is expected here.
        """
        raise self.reading.wrong(f"the element {quoted(tag)} is not expected here.")

    def text(self, text: str) -> None:
        """Take text of this element; as a rule there is none.

        Raises:
            DamagedFileError: It is more than space between elements.
        """
        if text.strip(" \t\r\n"):
            raise self.reading.wrong(f"{quoted(text)} is not expected here.")

    def end(self) -> None:
        """End the element; what it says is handed on."""

    def required(self, attributes: Mapping[str, str], name: str) -> str:
        """Return the value of an attribute.

        Raises:
            DamagedFileError: There is none.
        """
        if name not in attributes:
            raise self.reading.wrong(f"the attribute {name} is missing.")
        return attributes[name]


class NoteReader(Reader):
    """Reads an element that says nothing of what a sequence does: text, and no elements."""

    def text(self, text: str) -> None:
        """Pass over the text."""
