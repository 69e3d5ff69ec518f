"""The functions of expressions: those of which it is certain what TestStand's do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from teststand_runner.expressions.errors import Refusal
from teststand_runner.expressions.limits import MAX_TEXT, MAX_WIDTH
from teststand_runner.expressions.scope import Scope, exists, lookup
from teststand_runner.expressions.values import (
    as_text,
    as_whole,
    is_number,
    kind_of,
    number_of,
    text_of,
)

_FORMAT = re.compile(r"(?P<flags>[-+ #0]*)(?P<width>\d{0,4})(?P<digits>(?:\.\d{0,4})?)(?P<kind>\w)")


@dataclass(frozen=True)
class Function:
    """A function: its name, how many arguments it takes, and what it does with their values."""

    name: str
    least: int
    most: int
    compute: Callable[[Scope, Sequence[object]], object]

    @property
    def usage(self) -> str:
        """How many arguments it takes, for a message."""
        if self.least == self.most:
            return f"{self.least} argument{'s' * (self.least != 1)}"
        return f"{self.least} to {self.most} arguments"


def _plain(name: str, least: int, most: int, compute: Callable[..., object]) -> Function:
    return Function(name, least, most, lambda _, arguments: compute(*arguments))


def _str(value: object, format_: object = None) -> str:
    return text_of(value) if format_ is None else _formatted(value, as_text(format_, "The format"))


def _formatted(value: object, format_: str) -> str:
    before, percent, rest = format_.partition("%")
    found = _FORMAT.match(rest)
    if not percent or not found or "%" in rest:
        raise Refusal(f"The format {format_[:40]!r} is not supported. Use one as %.3f, %d or %s.")
    if max(int(found["width"] or 0), int(found["digits"][1:] or 0)) > MAX_WIDTH:
        raise Refusal(f"The format {format_[:40]!r} asks for more than {MAX_WIDTH} characters.")
    directive = "%" + found["flags"] + found["width"] + found["digits"] + found["kind"]
    return before + directive % _formattable(value, found["kind"]) + rest[found.end() :]


def _formattable(value: object, kind: str) -> object:
    if kind == "s":
        return as_text(value, "What %s formats")
    if kind in "eEfFgG" and is_number(value):
        return value
    if kind in "dixXo" and is_number(value):
        whole = as_whole(value, f"What %{kind} formats")
        if kind in "xXo" and whole < 0:
            raise Refusal(f"%{kind} does not format negative numbers.")
        return whole
    raise Refusal(f"%{kind} cannot format {kind_of(value)}.")


def _val(text: object) -> float:
    return number_of(as_text(text, "What Val converts"))


def _of_text(name: str, compute: Callable[[str], object]) -> Function:
    return _plain(name, 1, 1, lambda text: compute(as_text(text, f"What {name} takes")))


def _count(value: object, what: str) -> int:
    count = as_whole(value, what)
    if count < 0:
        raise Refusal(f"{what} is {count}; it cannot be negative.")
    return count


def _left(text: object, count: object) -> str:
    return as_text(text, "What Left takes")[: _count(count, "The count")]


def _right(text: object, count: object) -> str:
    whole = as_text(text, "What Right takes")
    return whole[max(0, len(whole) - _count(count, "The count")) :]


def _mid(text: object, start: object, count: object = float(MAX_TEXT)) -> str:
    first = _count(start, "The start")
    return as_text(text, "What Mid takes")[first : first + _count(count, "The count")]


def _find(text: object, sought: object) -> float:
    return float(as_text(text, "What Find searches").find(as_text(sought, "What Find seeks")))


def _search_and_replace(text: object, sought: object, replacement: object) -> str:
    whole = as_text(text, "What SearchAndReplace searches")
    old = as_text(sought, "What SearchAndReplace seeks")
    new = as_text(replacement, "The replacement")
    if not old:
        raise Refusal("SearchAndReplace seeks an empty string.")
    if len(whole) + whole.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise Refusal(f"The string would have more than {MAX_TEXT} characters.")
    return whole.replace(old, new)


def _numbers(values: tuple[object, ...]) -> list[float]:
    numbers = [value for value in values if is_number(value)]
    if len(numbers) < len(values):
        other = next(value for value in values if not is_number(value))
        raise Refusal(f"{kind_of(other).capitalize()} has no place among numbers.")
    if len({type(number) for number in numbers}) > 1:
        raise Refusal("The numbers are of different kinds. Write them all alike.")
    return numbers


def _elements(array: object) -> float:
    if isinstance(array, (list, tuple)):
        return float(len(array))
    raise Refusal(f"What GetNumElements takes is {kind_of(array)}; it has to be an array.")


def _absolute(value: object) -> object:
    number = _numbers((value,))[0]
    return number if number >= 0 else -number


def _property_exists(scope: Scope, arguments: Sequence[object]) -> bool:
    return exists(scope, lookup(as_text(arguments[0], "The path of a property")))


_ALL = (
    _plain("Str", 1, 2, _str),
    _plain("Val", 1, 1, _val),
    _of_text("Len", lambda text: float(len(text))),
    _of_text("ToUpper", str.upper),
    _of_text("ToLower", str.lower),
    _of_text("Trim", str.strip),
    _plain("Left", 2, 2, _left),
    _plain("Right", 2, 2, _right),
    _plain("Mid", 2, 3, _mid),
    _plain("Find", 2, 2, _find),
    _plain("SearchAndReplace", 3, 3, _search_and_replace),
    _plain("Abs", 1, 1, _absolute),
    _plain("Min", 2, 20, lambda *values: min(_numbers(values))),
    _plain("Max", 2, 20, lambda *values: max(_numbers(values))),
    _plain("GetNumElements", 1, 1, _elements),
    Function("PropertyExists", 1, 1, _property_exists),
)

FUNCTIONS: Mapping[str, Function] = {each.name.lower(): each for each in _ALL}
"""Each function by its name in lower case."""
