"""Where the properties of an expression live."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol, cast

from teststand_runner.expressions.errors import Refusal
from teststand_runner.expressions.values import kind_of

Path = tuple[str | int, ...]
"""Names and indexes, from the root on: `("Locals", "Array", 2)`."""

_LOOKUP = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[[0-9]{1,9}\])*")
_LOOKUP_PART = re.compile(r"\[([0-9]+)\]|(\w+)")


class Scope(Protocol):
    """The properties that an expression sees. Names are found without regard to case.

    Each method is one access: what several of them do together, as `+=` does, is not guarded
    against other threads by the evaluator.
    """

    def get(self, path: Path) -> object:
        """Return the value of a property.

        Raises:
            Refusal: There is none; the text names it.
        """
        ...

    def set(self, path: Path, value: object) -> None:
        """Give a property that is there another value.

        Raises:
            Refusal: There is none, or it is not to be changed; the text names it.
        """
        ...


class VariableScope:
    """A scope of plain dicts and lists, which belong to who made them.

    Reads and writes are single operations on these, so threads may share it; two threads that
    count in one variable may lose a count, as in TestStand.

    Args:
        roots: The values below each root: `{"Locals": {"x": 1.0}}`.
    """

    def __init__(self, roots: Mapping[str, object]) -> None:
        self._roots = roots

    def get(self, path: Path) -> object:
        """Return the value of a property.

        Raises:
            Refusal: There is none.
        """
        value: object = self._roots
        for depth, part in enumerate(path):
            value = _member(value, part, path[: depth + 1])
        return value

    def set(self, path: Path, value: object) -> None:
        """Give a property that is there another value.

        Raises:
            Refusal: There is none, or it is a root.
        """
        if len(path) < 2:
            raise Refusal(f"{written(path)} cannot be assigned to. Assign to its properties.")
        self.get(path)
        holder = self.get(path[:-1])
        cast("Any", holder)[_key(holder, path[-1])] = value


def exists(scope: Scope, path: Path) -> bool:
    """Return whether a scope has a property."""
    try:
        scope.get(path)
    except Refusal:
        return False
    return True


def lookup(text: str) -> Path:
    """Return the path that a lookup string as `Result.Error[0].Code` means.

    Raises:
        Refusal: It is no lookup string.
    """
    if not _LOOKUP.fullmatch(text):
        raise Refusal(f"{text[:40]!r} is no path of a property, as Locals.Array[0] is.")
    return tuple(int(index) if index else name for index, name in _LOOKUP_PART.findall(text))


def written(path: Path) -> str:
    """Return a path as an expression has it."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def insert(holder: MutableMapping[str, Any], path: Path, value: object) -> None:
    """Make a property below a container, and the containers on the way to it.

    Raises:
        Refusal: A value stands in its way, or the path has an index.
    """
    for depth, part in enumerate(path):
        if isinstance(part, int) or not isinstance(holder, MutableMapping):
            raise Refusal(f"{written(path[: depth + 1])} cannot be made: it is in no container.")
        found = _key(holder, part)
        key = part if found is None else str(found)
        if depth == len(path) - 1:
            holder[key] = value
        else:
            holder = holder.setdefault(key, {})


def _key(holder: object, part: str | int) -> str | int | None:
    """Return the key that a container has for a name or index; None if it has none."""
    if isinstance(part, int) and isinstance(holder, list):
        return part if 0 <= part < len(holder) else None
    if isinstance(part, str) and isinstance(holder, Mapping):
        if part in holder:
            return part
        return next((key for key in holder if key.lower() == part.lower()), None)
    return None


def _member(holder: object, part: str | int, path: Path) -> object:
    key = _key(holder, part)
    if key is not None:
        return cast("Any", holder)[key]
    if isinstance(holder, list):
        raise Refusal(f"There is no {written(path)}: the array has {len(holder)} elements.")
    if isinstance(holder, Mapping):
        names = ", ".join(list(holder)[:8]) or "nothing"
        raise Refusal(f"There is no {written(path)}. What is there: {names}.")
    raise Refusal(f"There is no {written(path)}: {written(path[:-1])} is {kind_of(holder)}.")
