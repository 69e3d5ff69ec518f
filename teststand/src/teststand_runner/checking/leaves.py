"""The values below a property, with their paths."""

from __future__ import annotations

from collections.abc import Iterator

from teststand_runner.model import Property


def leaves(root: Property) -> Iterator[tuple[str, Property]]:
    """Return what has a value below a property, with its path as `TS.SData.Parameters[].Name`.

    An array of objects that is empty, and one of scalars, is a value; so is a container in which
    nothing is.
    """
    waiting = [("", root)]
    while waiting:
        path, found = waiting.pop()
        below = [(f"{path}.{name}".lstrip("."), each) for name, each in found.properties.items()]
        below += [(f"{path}[]", each) for each in found.elements or ()]
        if not below:
            yield path, found
        waiting.extend(reversed(below))


def is_neutral(leaf: Property) -> bool:
    """Return whether a value is that of something that is not used: empty, false or zero."""
    return not leaf.value and not leaf.values and not leaf.elements
