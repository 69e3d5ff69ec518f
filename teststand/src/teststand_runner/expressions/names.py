"""Which properties an expression uses."""

from __future__ import annotations

from dataclasses import dataclass

from teststand_runner.expressions.nodes import Assignment, Count, Expression, Property, walk


@dataclass(frozen=True)
class UsedName:
    """A property in an expression.

    Attributes:
        root: The first name, as it is written: `Locals`.
        path: All names, with dots, without indexes: `Locals.Array.Name`.
        is_assigned: Whether the expression gives it a value.
        position: Where it stands.
    """

    root: str
    path: str
    is_assigned: bool
    position: int


def names_in(expression: Expression) -> list[UsedName]:
    """Return the properties that an expression uses, in the order in which they stand."""
    nodes = [node for node, _ in walk(expression.root)]
    targets = {id(node.target) for node in nodes if isinstance(node, (Assignment, Count))}
    found = [_used(node, id(node) in targets) for node in nodes if isinstance(node, Property)]
    return sorted(found, key=lambda name: name.position)


def _used(node: Property, is_assigned: bool) -> UsedName:
    names = [node.root, *(part for part in node.parts if isinstance(part, str))]
    return UsedName(node.root, ".".join(names), is_assigned, node.position)
