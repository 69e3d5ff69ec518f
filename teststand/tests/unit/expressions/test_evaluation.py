"""What expressions give, and what they do to properties."""

from __future__ import annotations

import math

import pytest

from teststand_runner.expressions import (
    ExpressionError,
    UInt64,
    VariableScope,
    assign,
    evaluate,
    parse,
    parse_target,
)
from teststand_runner.expressions.limits import MAX_TEXT


def variables():
    return {
        "Locals": {
            "number": 1.5,
            "integer": 7,
            "unsigned": UInt64(7),
            "text": "abc",
            "flag": False,
            "array": [10.0, 20.0],
            "reference": None,
            "empty": {},
        },
        "ThisContext": None,
    }


def value_of(source, roots=None):
    return evaluate(parse(source), VariableScope(variables() if roots is None else roots))


def failure(source):
    with pytest.raises(ExpressionError) as caught:
        value_of(source)
    return caught.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("40000i64", 40000),
        ("8ui64", UInt64(8)),
        ("-1ui64", UInt64(2**64 - 1)),
        ("0x8000000000000000i64", -(2**63)),
        ("~5i64", -6),
        ("0.01", 0.01),
        ("1", 1.0),
        ('{"A", 1i64}', ["A", 1]),
        ("{}", []),
        ("Nothing", None),
        ("7 % -4", 3.0),
        ("-7i64 / 2i64", -3),
        ("-7i64 % 2i64", -1),
        ("7i64 + 0.5", 7.5),
        ("6 & 3", 2.0),
        ("1i64 << 40", 2**40),
        ("True ^ False", True),
        ('"a" + "b"', "ab"),
        ("1 < 2 ? 3 : 4", 3.0),
        ("0 || 2", True),
        ("locals.ARRAY[1]", 20.0),
        ("(1, 2, 3)", 3.0),
        ("PropertyExists('x')".replace("'", '"'), False),
        ('PropertyExists("locals.array[1]") && !PropertyExists("Locals.array[2]")', True),
    ],
)
def test_values_and_their_kinds(source, expected):
    """A number stays a number, and an Int64 and a UInt64 what they are."""
    found = value_of(source)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r'"C:\\new"', "C:\\new"),
        (r'"..\pinmap\FileSession.pinmap"', "..\\pinmap\\FileSession.pinmap"),
        (r'@"C:\new"', "C:\\new"),
        (r'"a\nb\r\t\"\x41\x4"', 'a\nb\r\t"A\\x4'),
        ('"two\nlines"', "two\nlines"),
    ],
)
def test_escapes_of_strings(source, expected):
    """Known escapes are replaced; unknown ones, as paths have them, stay as they are."""
    assert value_of(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"Passed" == "PASSED"', True),
        ('"a" < "B"', True),
        ('"2.50" == 2.5', True),
        ("0.1 + 0.2 == 0.3", True),
        ("1.0000000000001 == 1", False),
        ("9007199254740993i64 == 9007199254740992i64", False),
        ("0 == 1e-300", False),
        ("Locals.reference == Nothing", True),
        ("Locals.reference != Nothing", False),
    ],
)
def test_comparisons_are_those_of_the_manual(source, expected):
    """Strings without case, numbers by 14 digits, integers exactly, references by identity."""
    assert value_of(source) is expected


@pytest.mark.parametrize(
    ("assignment", "name", "expected"),
    [
        ("Locals.number = 2i64", "number", 2.0),
        ('Locals.number = " 2.5 "', "number", 2.5),
        ("Locals.text = 0.1 + 0.2", "text", "0.3"),
        ("Locals.text = True", "text", "True"),
        ("Locals.flag = 3", "flag", True),
        ('Locals.flag = "TRUE"', "flag", True),
        ("Locals.integer = 2", "integer", 2),
        ("Locals.unsigned += 1ui64", "unsigned", UInt64(8)),
        ("Locals.integer /= 2i64", "integer", 3),
        ("Locals.number--", "number", 0.5),
        ("++Locals.integer", "integer", 8),
        ("Locals.array[0] *= 3", "array", [30.0, 20.0]),
        ("Locals.array = {1}", "array", [1.0]),
        ("Locals.reference = {1}", "reference", [1.0]),
        ('LOCALS.Text += "d",\nlocals.text += "e"', "text", "abcde"),
    ],
)
def test_assignment_converts_to_the_kind_of_the_property(assignment, name, expected):
    """A property keeps its kind, whatever is assigned, and its name as it was declared."""
    roots = variables()
    value_of(assignment, roots)
    found = roots["Locals"][name]
    assert (found, type(found), len(roots["Locals"])) == (expected, type(expected), 8)


def test_counting_after_gives_the_value_before():
    """`x++` gives what was there; `++x` what is there now."""
    assert value_of("{Locals.integer++, Locals.integer, ++Locals.integer}") == [7, 8, 9]


def test_only_the_branch_that_is_decided_for_runs():
    """What a condition rules out neither fails nor assigns."""
    roots = variables()
    source = "False && Locals.no, True || Locals.no, True ? 1 : Locals.number = 9"
    value_of(source.replace("Locals.number = 9", "(Locals.number = 9)"), roots)
    assert roots == variables()


@pytest.mark.parametrize(
    ("source", "position", "named"),
    [
        ("1 + Locals.missing", 4, "no Locals.missing. What is there: number"),
        ("Locals.array[2]", 0, "the array has 2 elements"),
        ("Locals.array[0.5]", 0, "whole number"),
        ("Locals.text.x", 0, "Locals.text is a string"),
        ('"a" + 1', 4, "a string and a number"),
        ("-True", 0, "a Boolean"),
        ("~5", 0, "needs an Int64"),
        ("1 / 0", 2, "divides by zero"),
        ("1i64 % 0i64", 5, "divides by zero"),
        ("1i64 + 1ui64", 5, "do not mix"),
        ("9223372036854775807i64 + 1i64", 23, "beyond the range"),
        ("9" * 400, 0, "999 ... 999"),
        ("1i64 << 64", 5, "0 to 63"),
        ("0.5 & 1", 4, "whole number"),
        ('True == "x"', 5, "not compared"),
        ('"x" ? 1 : 2', 4, "a condition is"),
        ("Locals.integer = 1.5", 15, "whole number"),
        ('Locals.number = "x"', 14, "is no number"),
        ("Locals.number = Nothing", 14, "cannot be assigned"),
        ("Locals.empty = 1", 13, "a container"),
        ("ThisContext = 1", 12, "Assign to its properties"),
        ("Locals.text++", 11, "counts numbers"),
        ("Locals.new = 1", 11, "There is no Locals.new"),
    ],
)
def test_wrong_kinds_and_missing_properties_are_told_with_their_place(source, position, named):
    """Nothing is guessed: the error says what is there, and where it is used."""
    error = failure(source)
    assert named in error.what
    assert error.position == position


def test_values_from_elsewhere_are_assigned_as_expressions_do():
    """What a step returns is converted to the kind of the property that it is for."""
    roots = variables()
    assign(parse_target("Locals.array[1]"), 3, VariableScope(roots))
    assign(parse_target("locals.text"), 2.5, VariableScope(roots))
    assert (roots["Locals"]["array"], roots["Locals"]["text"]) == ([10.0, 3.0], "2.5")


@pytest.mark.parametrize(
    ("target", "value", "named"),
    [
        ("Locals.missing", 1.0, "There is no Locals.missing"),
        ("Locals.number", [1.0], "An array cannot be assigned to a number"),
        ("Locals.array[9]", 1.0, "2 elements"),
    ],
)
def test_values_that_a_property_does_not_take_are_refused(target, value, named):
    """The error names the property, as that of an expression does."""
    with pytest.raises(ExpressionError, match=named) as caught:
        assign(parse_target(target), value, VariableScope(variables()))
    assert caught.value.source == target


def test_texts_are_bounded():
    """No expression fills the memory with a text."""
    roots = {"Locals": {"text": "x" * (MAX_TEXT // 2 + 1)}}
    with pytest.raises(ExpressionError, match=str(MAX_TEXT)):
        value_of("Locals.text += Locals.text", roots)


def test_what_is_no_number_equals_itself():
    """TestStand takes values that are no number as equal."""
    assert value_of("Locals.a == Locals.a", {"Locals": {"a": math.nan}}) is True
