"""What an expression gives, and does to properties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from teststand_runner.expressions.arithmetic import binary, unary
from teststand_runner.expressions.comparing import COMPARISONS, compare
from teststand_runner.expressions.errors import ExpressionError, Refusal
from teststand_runner.expressions.functions import FUNCTIONS
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
    Nothing,
    Number,
    Property,
    String,
    Unary,
)
from teststand_runner.expressions.scope import Path, Scope
from teststand_runner.expressions.values import (
    UInt64,
    as_condition,
    as_whole,
    converted,
    is_number,
    kind_of,
)


def evaluate(expression: Expression, scope: Scope) -> object:
    """Return the value of an expression, after it has assigned what it assigns.

    Raises:
        ExpressionError: A property is not there, or a value is not of the kind that is needed. What
            stands before that place has been assigned.
    """
    return _Evaluation(expression.source, scope).value(expression.root)


def assign(target: Expression, value: object, scope: Scope) -> None:
    """Give a property a value, as an assignment does.

    Args:
        target: What `parse_target` returned.
        value: The value; it is converted to the kind that the property has.
        scope: Where the property is.

    Raises:
        ExpressionError: It is not there, or the value is not of a kind that it takes.
    """
    assert isinstance(target.root, Property), "parse_target returns nothing else"
    _Evaluation(target.source, scope).give(target.root, value)


class _Evaluation:
    """One evaluation; belongs to one thread. Its depth is that of the expression."""

    def __init__(self, source: str, scope: Scope) -> None:
        self._source = source
        self._scope = scope

    def value(self, node: Node) -> object:
        try:
            return _BY_KIND[type(node)](self, node)
        except Refusal as refusal:
            raise ExpressionError(refusal.what, self._source, node.position) from None

    def give(self, node: Property, value: object) -> None:
        try:
            path = self._path(node)
            self._assign(path, value, self._scope.get(path))
        except Refusal as refusal:
            raise ExpressionError(refusal.what, self._source, node.position) from None

    def number(self, node: Number) -> object:
        return node.value

    def integer(self, node: Integer) -> object:
        return UInt64(node.value) if node.unsigned else node.value

    def constant(self, node: String | Boolean) -> object:
        return node.value

    def nothing(self, _: Nothing) -> object:
        return None

    def array(self, node: Array) -> object:
        return [self.value(item) for item in node.items]

    def chain(self, node: Chain) -> object:
        return [self.value(item) for item in node.items][-1]

    def property(self, node: Property) -> object:
        return self._scope.get(self._path(node))

    def unary(self, node: Unary) -> object:
        return unary(node.operator, self.value(node.operand))

    def binary(self, node: Binary) -> object:
        if node.operator in {"&&", "||"}:
            left = as_condition(self.value(node.left))
            decided = left == (node.operator == "||")
            return left if decided else as_condition(self.value(node.right))
        left_value, right_value = self.value(node.left), self.value(node.right)
        apply = compare if node.operator in COMPARISONS else binary
        return apply(node.operator, left_value, right_value)

    def conditional(self, node: Conditional) -> object:
        is_so = as_condition(self.value(node.condition))
        return self.value(node.yes if is_so else node.no)

    def assignment(self, node: Assignment) -> object:
        path, value = self._path(node.target), self.value(node.value)
        old = self._scope.get(path)
        if node.operator != "=":
            value = binary(node.operator[:-1], old, value)
        return self._assign(path, value, old)

    def count(self, node: Count) -> object:
        path = self._path(node.target)
        old = self._scope.get(path)
        if not is_number(old):
            raise Refusal(f"{node.operator} counts numbers; this is {kind_of(old)}.")
        new = self._assign(path, binary(node.operator[0], old, type(old)(1)), old)
        return new if node.before else old

    def call(self, node: Call) -> object:
        arguments = [self.value(argument) for argument in node.arguments]
        return FUNCTIONS[node.function.lower()].compute(self._scope, arguments)

    def _assign(self, path: Path, value: object, old: object) -> object:
        new = converted(value, old)
        self._scope.set(path, new)
        return new

    def _path(self, node: Property) -> Path:
        parts = (
            part if isinstance(part, str) else as_whole(self.value(part), "An index")
            for part in node.parts
        )
        return (node.root, *parts)


_BY_KIND: dict[type, Callable[[_Evaluation, Any], object]] = {
    Number: _Evaluation.number,
    Integer: _Evaluation.integer,
    String: _Evaluation.constant,
    Boolean: _Evaluation.constant,
    Nothing: _Evaluation.nothing,
    Array: _Evaluation.array,
    Chain: _Evaluation.chain,
    Property: _Evaluation.property,
    Unary: _Evaluation.unary,
    Binary: _Evaluation.binary,
    Conditional: _Evaluation.conditional,
    Assignment: _Evaluation.assignment,
    Count: _Evaluation.count,
    Call: _Evaluation.call,
}
