"""Reading the records of a binary file from their beginning to their end."""

from __future__ import annotations

import struct

from teststand_runner.errors import DamagedFileError, FileTooLargeError, SequenceFileError
from teststand_runner.reading.limits import MAX_PROPERTIES, Budget

NONE = 0xFFFFFFFF
"""Stands for no string."""

_BYTE = struct.Struct("<B")
_WORD = struct.Struct("<I")
_LONG = struct.Struct("<Q")
_SIGNED = struct.Struct("<q")
_DOUBLE = struct.Struct("<d")


class Cursor:
    """A place in the records, which only goes on.

    Args:
        data: The records.
        strings: The texts that they refer to.

    Attributes:
        at: The offset of what is read next.
        path: The names of the properties that are being read, outermost first.
    """

    def __init__(self, data: bytes, strings: tuple[str, ...]) -> None:
        self._data = data
        self._strings = strings
        self._budget = Budget()
        self.at = 0
        self.path: list[str] = []

    def byte(self) -> int:
        """Read a number of one byte."""
        return int(self._read(_BYTE))

    def word(self) -> int:
        """Read a number of four bytes."""
        return int(self._read(_WORD))

    def long(self) -> int:
        """Read a number of eight bytes."""
        return int(self._read(_LONG))

    def signed(self) -> int:
        """Read a number of eight bytes that may be negative."""
        return int(self._read(_SIGNED))

    def double(self) -> float:
        """Read a floating-point number."""
        return float(self._read(_DOUBLE))

    def truth(self) -> bool:
        """Read a byte that is 0 or 1."""
        found = self.byte()
        if found > 1:
            raise self.wrong(f"{found} is neither true nor false.")
        return bool(found)

    def string(self) -> str:
        """Read the number of a string; return the string."""
        found = self.optional_string()
        if found is None:
            raise self.wrong("a string is missing.")
        return found

    def optional_string(self) -> str | None:
        """Read the number of a string; return the string, or None if there is none."""
        number = self.word()
        if number == NONE:
            return None
        if number >= len(self._strings):
            raise self.wrong(f"string {number} of {len(self._strings)} is asked for.")
        return self._strings[number]

    def _read(self, form: struct.Struct) -> int | float:
        try:
            found: int | float = form.unpack_from(self._data, self.at)[0]
        except struct.error:
            raise self.wrong("the records end too early.") from None
        self.at += form.size
        return found

    def count(self, count: int, size: int) -> int:
        """Count things that are about to be read.

        Args:
            count: How many there are said to be.
            size: How many bytes each has at least.

        Raises:
            SequenceFileError: There are not as many bytes, or too many things.
        """
        if count * size > len(self._data) - self.at:
            raise self.wrong(f"{count} things are announced, for which the rest is too short.")
        if not self._budget.take(count):
            raise self.too_large(f"the file has more than {MAX_PROPERTIES} properties.")
        return count

    def wrong(self, what: str) -> SequenceFileError:
        """Return the error that says what is wrong at this place."""
        return DamagedFileError(what, place=self._place(), path=self._path())

    def too_large(self, what: str) -> SequenceFileError:
        """Return the error that says what there is too much of at this place."""
        return FileTooLargeError(what, place=self._place(), path=self._path())

    def at_end(self) -> bool:
        """Say whether all was read."""
        return self.at == len(self._data)

    def _place(self) -> str:
        return f"inflated offset {self.at}"

    def _path(self) -> str:
        return "".join(self.path).removeprefix(".")
