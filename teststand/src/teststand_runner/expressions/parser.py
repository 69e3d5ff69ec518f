"""From words to an expression, by descent; what is not supported is refused here."""

from __future__ import annotations

from collections.abc import Callable

from teststand_runner.expressions.errors import ExpressionError
from teststand_runner.expressions.functions import FUNCTIONS
from teststand_runner.expressions.limits import MAX_DEPTH
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
    Node,
    Nothing,
    Property,
    String,
    Unary,
    walk,
)
from teststand_runner.expressions.syntax import ASSIGNMENTS, COUNTS, LEVEL, SPELLINGS, UNARY
from teststand_runner.expressions.tokens import Token
from teststand_runner.expressions.words import TOO_DEEP, Words

_CONSTANTS: dict[str, Callable[[int], Node]] = {
    "true": lambda position: Boolean(True, position=position),
    "false": lambda position: Boolean(False, position=position),
    "nothing": lambda position: Nothing(position=position),
}


def parse(source: str) -> Expression:
    """Return what an expression means.

    Raises:
        ExpressionError: It is no expression, or uses what is not supported: whatever can be told
            without the values of properties.
    """
    root = _Parser(source).whole()
    deep = next((node for node, depth in walk(root) if depth > MAX_DEPTH), None)
    if deep is not None:
        raise ExpressionError(TOO_DEEP, source, deep.position)
    return Expression(source, root)


def parse_target(source: str) -> Expression:
    """Return an expression that a value can be assigned to, as that of a return value is.

    Raises:
        ExpressionError: It is no property, or no expression.
    """
    expression = parse(source)
    if not isinstance(expression.root, Property):
        what = "Only a property can be assigned to."
        raise ExpressionError(what, source, expression.root.position)
    return expression


class _Parser:
    """One pass over the words of an expression; belongs to one thread."""

    def __init__(self, source: str) -> None:
        self._words = Words(source)

    def whole(self) -> Node:
        if self._words.at_end:
            raise self._words.error("There is no expression.")
        root = self._chain()
        if not self._words.at_end:
            raise self._words.error(f"{self._words.shown()} is not expected here.")
        return root

    def _chain(self) -> Node:
        position = self._words.next.position
        items = [self._assignment()]
        while self._words.takes(","):
            items.append(self._assignment())
        return items[0] if len(items) == 1 else Chain(tuple(items), position=position)

    def _assignment(self) -> Node:
        with self._words.deeper():
            target, operator = self._conditional(), self._words.next
            if operator.symbol not in ASSIGNMENTS:
                return target
            self._words.take()
            place, value = self._property(target), self._assignment()
            return Assignment(operator.text, place, value, position=operator.position)

    def _property(self, node: Node) -> Property:
        if not isinstance(node, Property):
            raise self._words.error("Only a property can be assigned to.", node.position)
        return node

    def _conditional(self) -> Node:
        with self._words.deeper():
            condition, position = self._binary(0), self._words.next.position
            if not self._words.takes("?"):
                return condition
            yes = self._assignment()
            self._words.expect(":")
            return Conditional(condition, yes, self._conditional(), position=position)

    def _binary(self, level: int) -> Node:
        left = self._unary()
        while level <= LEVEL.get(self._words.operator, -1):
            operator, position = self._words.operator, self._words.take().position
            with self._words.deeper():
                right = self._binary(LEVEL[operator] + 1)
            left = Binary(operator, left, right, position=position)
        return left

    def _unary(self) -> Node:
        operator, position = self._words.operator, self._words.next.position
        if operator not in UNARY | COUNTS:
            return self._postfix()
        self._words.take()
        with self._words.deeper():
            operand = self._unary()
        if operator in COUNTS:
            return Count(operator, self._property(operand), before=True, position=position)
        return Unary(operator, operand, position=position)

    def _postfix(self) -> Node:
        node = self._primary()
        if self._words.next.symbol in {".", "["}:
            what = "Only properties have members and elements here. Assign it to one first."
            raise self._words.error(what)
        if self._words.next.symbol not in COUNTS:
            return node
        operator = self._words.take()
        place = self._property(node)
        return Count(operator.text, place, before=False, position=operator.position)

    def _primary(self) -> Node:
        token = self._words.next
        if token.constant is not None:
            self._words.take()
            return token.constant
        if token.is_name:
            return self._named()
        if self._words.takes("("):
            inner = self._chain()
            self._words.expect(")")
            return inner
        if self._words.takes("{"):
            return Array(self._items("}"), position=token.position)
        raise self._words.error(f"There is {self._words.shown()} where a value has to be.")

    def _named(self) -> Node:
        token = self._words.take()
        name = token.text.lower()
        if self._words.takes("("):
            return self._call(token, name)
        if name in _CONSTANTS:
            return _CONSTANTS[name](token.position)
        if name in SPELLINGS or name.startswith("#"):
            raise self._words.error(f"{token.text} is not expected here.", token.position)
        return self._path(token)

    def _path(self, root: Token) -> Property:
        parts: list[str | Node] = []
        while self._words.next.symbol in {".", "["}:
            parts.append(self._member() if self._words.takes(".") else self._index())
        if self._words.next.symbol == "(":
            what = "Methods of TestStand's own interface are not supported."
            raise self._words.error(what, root.position)
        return Property(root.text, tuple(parts), position=root.position)

    def _member(self) -> str:
        if not self._words.next.is_name or self._words.next.text.startswith("#"):
            what = f"There is {self._words.shown()} where the name of a property has to be."
            raise self._words.error(what)
        return self._words.take().text

    def _index(self) -> Node:
        self._words.expect("[")
        index = self._assignment()
        if self._words.next.symbol == "..":
            what = "Ranges of elements are not supported. Name the elements one by one."
            raise self._words.error(what)
        if isinstance(index, String):
            what = "Elements are not found by their names. Use a number."
            raise self._words.error(what, index.position)
        self._words.expect("]")
        return index

    def _call(self, token: Token, name: str) -> Node:
        if name == "#novalidation":  # it is for TestStand's editor alone
            inner = self._assignment()
            self._words.expect(")")
            return inner
        if name not in FUNCTIONS:
            known = ", ".join(sorted(each.name for each in FUNCTIONS.values()))
            what = f"The function {token.text} is not supported. Those that are: {known}."
            raise self._words.error(what, token.position)
        function, arguments = FUNCTIONS[name], self._items(")")
        if not function.least <= len(arguments) <= function.most:
            what = f"{function.name} takes {function.usage}, not {len(arguments)}."
            raise self._words.error(what, token.position)
        return Call(function.name, arguments, position=token.position)

    def _items(self, end: str) -> tuple[Node, ...]:
        if self._words.takes(end):
            return ()
        items = [self._assignment()]
        while self._words.takes(","):
            items.append(self._assignment())
        self._words.expect(end)
        return tuple(items)
