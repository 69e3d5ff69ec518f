"""Looking at the tables of a definition, so that nothing in them is passed over."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from teststand_runner.errors import DefinitionError, quoted

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class Table:
    """A table of a definition, and which of its keys were asked for.

    Args:
        values: What is in it.
        where: What errors call it, as `sequence[0].main[3]`; empty for the whole file.
    """

    def __init__(self, values: Mapping[str, object], where: str) -> None:
        self._values = values
        self._asked: dict[str, None] = {}
        self.where = where

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def wrong(self, key: str, what: str) -> DefinitionError:
        """Return the error that says what is wrong with a key."""
        return DefinitionError(what, path=".".join(each for each in (self.where, key) if each))

    def finish(self) -> None:
        """Check that there is nothing that was not asked for.

        Raises:
            DefinitionError: There is a key that means nothing here.
        """
        for key in self._values:
            if key not in self._asked:
                known = ", ".join(self._asked)
                raise self.wrong(key, f"this key means nothing here; there are: {known}.")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it has to be there.

        Raises:
            DefinitionError: It is missing, no text, or has characters that no file can have.
        """
        found = self._value(key, default)
        if not isinstance(found, str):
            raise self.wrong(key, "a text is expected, in quotes.")
        return self.kept(key, found)

    def kept(self, key: str, text: str) -> str:
        """Return a text that a sequence file keeps as it is.

        Raises:
            DefinitionError: It has control characters, or ends of lines that XML changes.
        """
        if _NOT_IN_XML.search(text):
            raise self.wrong(key, f"{quoted(text)} has characters that XML cannot have.")
        return text

    def name(self, key: str) -> str:
        """Return a text that is not empty, in one line."""
        found = self.text(key)
        if not found.strip() or "\n" in found:
            raise self.wrong(key, "a name of one line is expected.")
        return found

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """Return a text that is one of several."""
        found = self.text(key, default)
        if found not in known:
            raise self.wrong(key, f"{quoted(found)} is none of: {', '.join(known)}.")
        return found

    def truth(self, key: str, default: bool) -> bool:
        """Return true or false."""
        found = self._value(key, default)
        if not isinstance(found, bool):
            raise self.wrong(key, "true or false is expected.")
        return found

    def integer(self, key: str, default: int | None = None) -> int:
        """Return an integer of 64 bits."""
        found = self._value(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or abs(found) >= 2**63:
            raise self.wrong(key, "an integer is expected.")
        return found

    def table(self, key: str) -> Table:
        """Return a table within this one, an empty one if there is none."""
        found = self._value(key, {})
        if not isinstance(found, dict):
            raise self.wrong(key, "a table is expected: key = value.")
        return Table(found, f"{self.where}.{key}" if self.where else key)

    def tables(self, key: str) -> list[Table]:
        """Return the tables of an array, none if it is not there."""
        found = self._value(key, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.wrong(key, "an array of tables is expected.")
        where = f"{self.where}.{key}" if self.where else key
        return [Table(each, f"{where}[{index}]") for index, each in enumerate(found)]

    def entries(self) -> Iterator[tuple[str, object]]:
        """Return all keys with their values, of a table whose keys are names of the user's.

        Raises:
            DefinitionError: A key has characters that no file can have.
        """
        self._asked = dict.fromkeys(self.kept(key, key) for key in self._values)
        return iter(self._values.items())

    def texts(self) -> dict[str, str]:
        """Return all keys with their values, which have to be texts."""
        return {key: self.text(key) for key, _ in self.entries()}

    def _value(self, key: str, default: object) -> object:
        self._asked[key] = None
        found = self._values.get(key, default)
        if found is None:
            raise self.wrong(key, "this key is missing.")
        return found
