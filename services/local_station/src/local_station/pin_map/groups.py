"""Groups of pins and of relays, which may be nested."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from local_station.pin_map.reading import Element, quoted

Groups = Mapping[str, tuple[str, ...]]
"""What each group refers to, by its name: members, and other groups."""

MAX_RESOLVED = 1_000_000
"""How many members all groups may have, with those of the groups within them."""

_SHOWN = 5


def read_groups(elements: Iterable[Element], what: str, members: Collection[str]) -> Groups:
    """Return the groups of pins, or of relays.

    Args:
        elements: The elements of the groups.
        what: `pin` or `relay`: the attribute that refers to one, or to a group.
        members: The names of all pins, or of all relays.

    Raises:
        InvalidRequestError: A group has no name, refers to something unknown or contains itself, or
            nesting makes the groups huge.
    """
    found = {element.required("name"): element for element in elements}
    groups = {
        name: tuple(
            _reference(reference, what, members, found)
            for reference in element.all(f"{what.capitalize()}Reference")
        )
        for name, element in found.items()
    }
    _check_nesting(groups, found)
    return groups


def flatten(groups: Groups, name: str) -> tuple[str, ...]:
    """Return the members of a group and of the groups within it, depth first, each once.

    Args:
        groups: All groups.
        name: One of them.
    """
    members: dict[str, None] = {}
    visited: set[str] = set()
    waiting = [name]
    while waiting:
        reference = waiting.pop()
        if reference not in groups:
            members[reference] = None
        elif reference not in visited:
            visited.add(reference)
            waiting += reversed(groups[reference])
    return tuple(members)


def resolved_sizes(groups: Groups) -> dict[str, int]:
    """Return for each group how much there is to look through to flatten it, at most.

    Raises:
        CycleError: A group contains itself.
    """
    nested = {
        name: [reference for reference in references if reference in groups]
        for name, references in groups.items()
    }
    sizes: dict[str, int] = {}
    for name in TopologicalSorter(nested).static_order():
        sizes[name] = 1 + sum(sizes.get(reference, 1) for reference in groups[name])
    return sizes


def _reference(
    element: Element, what: str, members: Collection[str], groups: Collection[str]
) -> str:
    name = element.required(what)
    if name not in members and name not in groups:
        raise element.wrong(f"there is no {what} or {what} group {quoted(name)}.")
    return name


def _check_nesting(groups: Groups, elements: Mapping[str, Element]) -> None:
    """Refuse groups that contain themselves, and those that nesting makes huge."""
    try:
        sizes = resolved_sizes(groups)
    except CycleError as error:
        cycle: list[str] = error.args[1]
        path = " in ".join(quoted(name) for name in cycle[:_SHOWN])
        raise elements[cycle[0]].wrong(f"the group contains itself: {path}.") from None
    if sum(sizes.values()) > MAX_RESOLVED:
        largest = max(sizes, key=lambda name: sizes[name])
        raise elements[largest].wrong(
            f"the groups have more than {MAX_RESOLVED} members, those of nested groups included."
        )
