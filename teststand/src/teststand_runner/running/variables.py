"""Variables of a sequence, made from what its file says of them.

They are plain dicts and lists, as expressions and sequence contexts use them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from teststand_runner.expressions import Path, Scope, converted
from teststand_runner.model import Property


def value_of(found: Property) -> object:
    """Return the value that a property has at first: of a container a dict, of an array a list."""
    if found.elements is not None:
        return [value_of(each) for each in found.elements]
    if found.values is not None:
        return list(found.values)
    if found.properties or (found.value is None and found.class_name != "Ref"):
        return container_of(found)
    return found.value


def container_of(found: Property) -> dict[str, Any]:
    """Return what is in a property, by name."""
    return {name: value_of(each) for name, each in found.properties.items()}


def step_of(found: Property) -> dict[str, Any]:
    """Return a step as expressions see it: with all that its file says, and with a result."""
    step = container_of(found)
    result = step.setdefault("Result", {})
    result.setdefault("ReportText", "")
    result["Status"] = ""
    result["Error"] = {"Code": 0.0, "Msg": "", "Occurred": False}
    return step


@dataclass(frozen=True)
class Reference:
    """A variable of a caller, which a parameter stands for."""

    scope: Scope
    path: Path


class Parameters(MutableMapping[str, Any]):
    """The parameters of one call of a sequence; those by reference are their caller's variables.

    Reads and writes are single operations on dicts, so threads may share it.

    Args:
        values: The values by name, those by reference as `Reference`.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values: dict[str, Any] = dict(values)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - any value
        held = self._values[name]
        return held.scope.get(held.path) if isinstance(held, Reference) else held

    def __setitem__(self, name: str, value: object) -> None:
        held = self._values.get(name)
        if isinstance(held, Reference):
            held.scope.set(held.path, converted(value, held.scope.get(held.path)))
        else:
            self._values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def copied(value: object) -> object:
    """Return a value that does not change with another one."""
    return copy.deepcopy(value) if isinstance(value, (dict, list)) else value
