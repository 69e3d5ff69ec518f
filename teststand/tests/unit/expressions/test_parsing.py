"""Reading expressions: what they mean, and what is refused before anything runs."""

from __future__ import annotations

import inspect
import sys

import pytest

from teststand_runner.expressions import ExpressionError, names_in, parse, parse_target, render
from teststand_runner.expressions.limits import MAX_SOURCE


def refused(source):
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    return caught.value


@pytest.mark.parametrize(
    ("source", "grouped"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("1 + 2 << 3", "(1 + 2) << 3"),
        ("a < b == c < d", "(a < b) == (c < d)"),
        ("a & b == c", "a & (b == c)"),
        ("a ^ b & c", "a ^ (b & c)"),
        ("a | b ^ c", "a | (b ^ c)"),
        ("a && b | c", "a && (b | c)"),
        ("a || b && c", "a || (b && c)"),
        ("a || b ? c : d", "(a || b) ? c : d"),
        ("a ? b : c ? d : e", "a ? b : (c ? d : e)"),
        ("a = b = c", "a = (b = c)"),
        ("a = b ? c : d, e", "(a = (b ? c : d)), e"),
        ("- a * b", "(- a) * b"),
        ("!a && b", "(!a) && b"),
    ],
)
def test_operators_bind_as_the_manual_says(source, grouped):
    """Each level of the manual's table binds tighter than the one below it."""
    assert parse(source) == parse(grouped)


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("7 mod 4", "7 % 4"),
        ("a AND b", "a & b"),
        ("a or b", "a | b"),
        ("a Xor b", "a ^ b"),
        ("NOT a", "~a"),
        ("a <> b", "a != b"),
        ("TRUE", "true"),
        ("0xFF", "255"),
        ("0b101", "5"),
        ("0xFFFFFFFFFFFFFFFFi64", "0xffffffffffffffffI64"),
        ("a // said\n + /* of\n it */ b", "a + b"),
        ("#NoValidation(Locals.x + 1)", "Locals.x + 1"),
        ("tolower(a)", "ToLower(a)"),
    ],
)
def test_spellings_of_one_thing_are_read_alike(source, same):
    """Words for operators, cases of letters, bases, comments and wrappers make no difference."""
    assert parse(source) == parse(same)


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ("", 0),
        ("  // nothing", 12),
        ("1 +", 3),
        ("1 2", 2),
        ("(1", 2),
        ("{1,", 3),
        ("a = 1,", 6),
        ('"open', 0),
        ("/* open", 0),
        ("1 @ 2", 2),
        ("3x", 0),
        ("1e999", 0),
        ("0x100000000", 0),
        ("9223372036854775808i64", 0),
        ("1.5i64", 0),
        ("1 = 2", 0),
        ("5++", 0),
        ("a ? b", 5),
        ("Locals.", 7),
        ("a.b.#c", 4),
        ("{1}[0]", 3),
        ("(a)[0]", 3),
        ("mod", 0),
    ],
)
def test_what_is_no_expression_is_refused_where_it_ends_to_be_one(source, position):
    """The error has the expression, and the place where it goes wrong."""
    error = refused(source)
    assert (error.source, error.position) == (source, position)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('ResStr("A", "B")', "function ResStr"),
        ("1 + Evaluate(Step.DataSource)", "function Evaluate"),
        ("RunState.Sequence.GetStep(1)", "Methods"),
        ("Locals.a[1..3]", "Ranges"),
        ('RunState.Sequence.Main["A"]', "names"),
        ("Len()", "takes 1 argument, not 0"),
        ('Mid("a")', "takes 2 to 3 arguments, not 1"),
    ],
)
def test_what_is_not_supported_is_refused_before_anything_runs(source, named):
    """A checker learns of it from reading alone, with its name."""
    assert named in refused(source).what


@pytest.mark.parametrize("source", ["1", "Locals.x + 1", "Locals.x = 1", "Len(Locals.x)", ""])
def test_only_properties_are_targets(source):
    """Where a value is to be put is known to be a property before anything runs."""
    assert parse_target("Locals.a[1].b") == parse("Locals.a[1].b")
    with pytest.raises(ExpressionError):
        parse_target(source)


def test_message_shows_line_column_and_place():
    """Who reads the error finds the place in an expression of many lines."""
    error = refused('Locals.a = 1,\nLocals.b = ResStr("x")')
    assert "line 2, column 12: Locals.a = 1,\\nLocals.b =  >>> ResStr" in str(error)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "!" * 5000 + "a",
        "1" + "+1" * 5000,
        "a" + "?b:c" * 5000,
        "a=" * 5000 + "1",
        "{" * 5000,
        "a[" * 5000,
        "(1||1&&1|1^1&1==1<1<<1+1*" * 900,
    ],
)
def test_depth_is_bounded(source):
    """No expression exhausts the stack, whatever lies in what, nor half of it."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + limit // 2)
    try:
        assert "deep" in refused(source).what
    finally:
        sys.setrecursionlimit(limit)


def test_length_is_bounded():
    """An expression of any length is answered at once."""
    assert str(MAX_SOURCE) in refused("1+" * MAX_SOURCE).what


def test_names_tell_roots_and_what_is_assigned():
    """A checker sees each property, its root, and whether the expression changes it."""
    source = "Locals.a[FileGlobals.i].b = Step.x + ThisContext, RunState.LoopIndex++"
    found = [(name.root, name.path, name.is_assigned) for name in names_in(parse(source))]
    assert found == [
        ("Locals", "Locals.a.b", True),
        ("FileGlobals", "FileGlobals.i", False),
        ("Step", "Step.x", False),
        ("ThisContext", "ThisContext", False),
        ("RunState", "RunState.LoopIndex", True),
    ]


def test_rendering_has_no_needless_parentheses():
    """What is shown to a person reads as people write it."""
    assert render(parse("((a) + ((2 * b))) * (c - (1 - 2))")) == "(a + 2 * b) * (c - (1 - 2))"
