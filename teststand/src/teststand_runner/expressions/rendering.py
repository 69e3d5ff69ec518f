"""From an expression back to text, with no more parentheses than it needs."""

from __future__ import annotations

from teststand_runner.expressions.literals import write_number, write_string
from teststand_runner.expressions.nodes import (
    Array,
    Assignment,
    Binary,
    Boolean,
    Call,
    Chain,
    Conditional,
    Count,
    Expression,
    Integer,
    Node,
    Number,
    Property,
    String,
    Unary,
)
from teststand_runner.expressions.syntax import LEVEL, TIGHTEST

# How tightly a part binds, and has to, from a chain to what never needs parentheses.
_CHAIN, _ASSIGNMENT, _CONDITIONAL, _BINARY = -3, -2, -1, 0
_UNARY, _PRIMARY = TIGHTEST, TIGHTEST + 1


def render(expression: Expression) -> str:
    """Return an expression as text; reading that gives an equal expression."""
    return _text(expression.root, _CHAIN)


def _text(node: Node, needed: int) -> str:
    text, binding = _written(node)
    return text if binding >= needed else f"({text})"


def _written(node: Node) -> tuple[str, int]:
    """Return an expression and how tightly it binds."""
    if isinstance(node, (Binary, Unary, Count)):
        return _operation(node)
    if isinstance(node, Conditional):
        return _conditional(node), _CONDITIONAL
    if isinstance(node, Assignment):
        value = _text(node.value, _ASSIGNMENT)
        return f"{_path(node.target)} {node.operator} {value}", _ASSIGNMENT
    if isinstance(node, Chain):
        return _listed(node.items), _CHAIN
    return _primary(node), _PRIMARY


def _primary(node: Node) -> str:
    if isinstance(node, (Number, Integer)):
        return write_number(node)
    if isinstance(node, String):
        return write_string(node.value)
    if isinstance(node, Boolean):
        return str(node.value)
    if isinstance(node, Array):
        return f"{{{_listed(node.items)}}}"
    if isinstance(node, Property):
        return _path(node)
    return f"{node.function}({_listed(node.arguments)})" if isinstance(node, Call) else "Nothing"


def _operation(node: Binary | Unary | Count) -> tuple[str, int]:
    if isinstance(node, Unary):
        # A space: two signs in a row would be another operator.
        return f"{node.operator} {_text(node.operand, _UNARY)}", _UNARY
    if isinstance(node, Count):
        path = _path(node.target)
        written = f"{node.operator}{path}" if node.before else f"{path}{node.operator}"
        return written, _UNARY if node.before else _PRIMARY
    level = LEVEL[node.operator]
    left, right = _text(node.left, level), _text(node.right, level + 1)
    return f"{left} {node.operator} {right}", level


def _conditional(node: Conditional) -> str:
    condition, yes = _text(node.condition, _BINARY), _text(node.yes, _ASSIGNMENT)
    return f"{condition} ? {yes} : {_text(node.no, _CONDITIONAL)}"


def _path(node: Property) -> str:
    parts = (
        f".{part}" if isinstance(part, str) else f"[{_text(part, _ASSIGNMENT)}]"
        for part in node.parts
    )
    return "".join([node.root, *parts])


def _listed(items: tuple[Node, ...]) -> str:
    return ", ".join(_text(item, _ASSIGNMENT) for item in items)
