"""The functions of expressions."""

from __future__ import annotations

import pytest

from teststand_runner.expressions import ExpressionError, VariableScope, evaluate, parse


def value_of(source):
    return evaluate(parse(source), VariableScope({}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Str(1)", "1"),
        ("Str(1 / 3)", "0.3333333333333"),
        ("Str(1e300 * 1e300)", "INF"),
        ("Str(5i64)", "5"),
        ('Str(2.5, "%.3f V")', "2.500 V"),
        ('Str(255, "0x%04X")', "0x00FF"),
        ('Str("a", "%3s|")', "  a|"),
        ('Val("-1.5e3")', -1500.0),
        ('Len("abc")', 3.0),
        ('ToUpper("aB") + ToLower("aB")', "ABab"),
        (r'Trim(" \t a ")', "a"),
        ('Left("hello", 2)', "he"),
        ('Right("hello", 2)', "lo"),
        ('Right("hello", 9)', "hello"),
        ('Mid("hello", 1, 3)', "ell"),
        ('Mid("hello", 3)', "lo"),
        ('Find("hello", "l")', 2.0),
        ('Find("hello", "x")', -1.0),
        ('SearchAndReplace("aXbX", "X", "--")', "a--b--"),
        ("Abs(-2)", 2.0),
        ("Abs(-2i64)", 2),
        ("Min(3, 1, 2)", 1.0),
        ("Max(3i64, 9i64)", 9),
        ("GetNumElements({1, 2})", 2.0),
    ],
)
def test_functions_give_what_teststand_gives(source, expected):
    """Each function of the table, at its edges."""
    found = value_of(source)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("Str({1})", "An array cannot be made a string"),
        ('Str(1, "%s")', "%s formats is a number"),
        ('Str(1.5, "%d")', "whole number"),
        ('Str(-1, "%x")', "negative"),
        ('Str(1, "%f and %f")', "not supported"),
        ('Str(1, "%9999d")', "more than 1000"),
        ('Str(1, "%c")', "cannot format"),
        ('Str(1, "plain")', "not supported"),
        ('Val("1 V")', "is no number"),
        ("Len(1)", "has to be a string"),
        ('Left("a", -1)', "negative"),
        ('SearchAndReplace("a", "", "b")', "empty"),
        ('Min(1, "a")', "A string has no place"),
        ("Min(1, 2i64)", "different kinds"),
        ('GetNumElements("ab")', "has to be an array"),
        ('PropertyExists("a b")', "is no path"),
    ],
)
def test_arguments_of_a_wrong_kind_are_told(source, named):
    """The error says which argument it is, and what it has to be."""
    with pytest.raises(ExpressionError) as caught:
        value_of(source)
    assert named in caught.value.what


def test_replacing_is_bounded():
    """A replacement does not fill the memory."""
    text = "a" * 2000
    source = f'SearchAndReplace("{text}", "a", "{"b" * 2000}")'
    with pytest.raises(ExpressionError, match="more than"):
        value_of(source)
