"""What holds for all expressions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teststand_runner.expressions import ExpressionError, VariableScope, evaluate, parse, render
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
    Nothing,
    Number,
    Property,
    String,
    Unary,
)
from teststand_runner.expressions.syntax import ASSIGNMENTS, COUNTS, LEVEL, UNARY

names = st.sampled_from(["Locals", "FileGlobals", "x", "Result", "_1", "größe"])
leaves = st.one_of(
    st.builds(Number, st.floats(0, 1e300)),
    st.builds(Integer, st.integers(0, 2**64 - 1), st.just(True)),
    st.builds(Integer, st.integers(-(2**63), 2**63 - 1), st.just(False)),
    st.builds(String, st.text(max_size=8)),
    st.builds(Boolean, st.booleans()),
    st.builds(Nothing),
    st.builds(Property, names),
)


def _larger(nodes):
    properties = st.builds(
        Property,
        names,
        st.lists(
            names | nodes.filter(lambda node: type(node) not in {String, Chain}), max_size=3
        ).map(tuple),
    )
    items = st.lists(nodes, max_size=3).map(tuple)
    return st.one_of(
        properties,
        st.builds(Unary, st.sampled_from(sorted(UNARY)), nodes),
        st.builds(Binary, st.sampled_from(sorted(LEVEL)), nodes, nodes),
        st.builds(Conditional, nodes, nodes, nodes),
        st.builds(Assignment, st.sampled_from(sorted(ASSIGNMENTS)), properties, nodes),
        st.builds(Count, st.sampled_from(sorted(COUNTS)), properties, st.booleans()),
        st.builds(Call, st.just("Max"), st.lists(nodes, min_size=2, max_size=3).map(tuple)),
        st.builds(Array, items),
        st.builds(Chain, st.lists(nodes, min_size=2, max_size=3).map(tuple)),
    )


trees = st.recursive(leaves, _larger, max_leaves=8)
WORDS = """Locals .x [ ] ( ) { } 1 2.5 "a" , ? : = += ++ + - % && || ! ~ << ==
MOD 5i64 Len( Str( @ // ..."""
words = st.sampled_from(WORDS.split(" "))


def outcome(text, scope):
    """Return the error of an expression; None if it has a value."""
    try:
        evaluate(parse(text), scope)
    except ExpressionError as error:
        return error
    return None


@settings(max_examples=60)
@given(trees)
def test_rendering_and_reading_give_the_same(root):
    """An expression that is written and read again means what it meant; it has a value or not."""
    text = render(Expression("", root))
    assert parse(text).root == root
    scope = VariableScope({"Locals": {"x": 1.0, "Result": [1.0, 2]}, "x": {"x": "1"}})
    outcome(text, scope)


@given(st.text(max_size=60) | st.lists(words, max_size=25).map(" ".join))
def test_any_text_is_an_expression_or_refused(text):
    """Reading and evaluating raise one kind of error, with a place, whatever the text is."""
    scope = VariableScope({"Locals": {"x": 1.0, "a": [1.0, "b", True, 5, None]}})
    error = outcome(text, scope)
    assert error is None or (0 <= error.position <= len(text) and str(error))


numbers = st.integers(-1000, 1000).map(float) | st.floats(-1e6, 1e6)


@given(numbers, numbers, st.sampled_from(["+", "-", "*", "/", "%"]))
def test_arithmetic_of_numbers_is_that_of_doubles(left, right, symbol):
    """The operators compute what doubles do; a remainder has the sign of the left one."""
    scope = VariableScope({"Locals": {"a": left, "b": right}})
    expression = parse(f"Locals.a {symbol} Locals.b")
    if symbol in "/%" and right == 0:
        with pytest.raises(ExpressionError, match="zero"):
            evaluate(expression, scope)
        return
    expected = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "%": lambda: math.fmod(left, right),
    }
    assert evaluate(expression, scope) == expected[symbol]()


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_arithmetic_of_integers_is_exact_or_refused(left, right):
    """A sum of Int64 is exact; one that does not fit is an error, and never wraps."""
    scope = VariableScope({"Locals": {"a": left, "b": right}})
    if -(2**63) <= left + right < 2**63:
        assert evaluate(parse("Locals.a + Locals.b"), scope) == left + right
    else:
        with pytest.raises(ExpressionError, match="beyond the range"):
            evaluate(parse("Locals.a + Locals.b"), scope)
