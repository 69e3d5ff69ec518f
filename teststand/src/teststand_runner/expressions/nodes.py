"""An expression, read: what its parts are, and where they stand in it.

Two expressions are equal if they mean the same, wherever their parts stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Union, cast


@dataclass(frozen=True)
class _Placed:
    position: int = field(compare=False, kw_only=True, default=0)

    @property
    def children(self) -> tuple[Node, ...]:
        """The expressions that it directly consists of, from left to right."""
        values = (getattr(self, each.name) for each in fields(self))
        several = (value if isinstance(value, tuple) else (value,) for value in values)
        found = (each for items in several for each in items if isinstance(each, _Placed))
        return cast("tuple[Node, ...]", tuple(found))


@dataclass(frozen=True)
class Number(_Placed):
    """A number of double precision."""

    value: float


@dataclass(frozen=True)
class Integer(_Placed):
    """A whole number of 64 bits."""

    value: int
    unsigned: bool


@dataclass(frozen=True)
class String(_Placed):
    """A string, without its quotes and escapes."""

    value: str


@dataclass(frozen=True)
class Boolean(_Placed):
    """True or False."""

    value: bool


@dataclass(frozen=True)
class Nothing(_Placed):
    """The reference to no object."""


@dataclass(frozen=True)
class Array(_Placed):
    """`{1, 2}`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Property(_Placed):
    """`Locals.Array[2].Name`: names, and the indexes between them."""

    root: str
    parts: tuple[Union[str, Node], ...] = ()  # noqa: UP007 - Node is known later


@dataclass(frozen=True)
class Unary(_Placed):
    """`-`, `+`, `!` or `~` before an operand."""

    operator: str
    operand: Node


@dataclass(frozen=True)
class Binary(_Placed):
    """Two operands of an operator; `MOD`, `AND`, `<>` and their like stand as symbols."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Conditional(_Placed):
    """`condition ? yes : no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True)
class Assignment(_Placed):
    """`target = value`, `target += value` and so on."""

    operator: str
    target: Property
    value: Node


@dataclass(frozen=True)
class Count(_Placed):
    """`++target`, `target--` and so on: one up or down."""

    operator: str
    target: Property
    before: bool


@dataclass(frozen=True)
class Call(_Placed):
    """A function of the language, under the name that its table has."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Chain(_Placed):
    """Expressions with commas between them: the value is that of the last."""

    items: tuple[Node, ...]


Node = Union[  # noqa: UP007 - the names in Property are known later
    Number,
    Integer,
    String,
    Boolean,
    Nothing,
    Array,
    Property,
    Unary,
    Binary,
    Conditional,
    Assignment,
    Count,
    Call,
    Chain,
]


@dataclass(frozen=True)
class Expression:
    """An expression and what it was read from."""

    source: str = field(compare=False)
    root: Node


def walk(root: Node) -> Iterator[tuple[Node, int]]:
    """Yield every part of an expression and how deep it lies; without recursion."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(node.children)]
