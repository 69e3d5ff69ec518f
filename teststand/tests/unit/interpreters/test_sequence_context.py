"""The sequence context that the runner has for steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from teststand_runner.interpreters import (
    Branch,
    MissingMemberError,
    Question,
    RefusedQuestionError,
    SequenceContextServer,
)


@pytest.fixture
def held():
    """The variables of the server."""
    return {
        "Locals": {"number": 1.5, "integer": 7, "text": "a", "flag": True, "array": [1.0]},
        "Execution.RunTimeVariables": {},
    }


@pytest.fixture
def server(held):
    """A server of them."""
    files = {"a.pinmap": Path("/maps/a.pinmap")}
    return SequenceContextServer(held, {"SequenceFile.Path": "/a.seq"}, files.get)


def called(server, member, *arguments, **keywords):
    return server.answer(Question("call", tuple(member.split(".")), arguments, keywords))


def got(server, member):
    return server.answer(Question("get", tuple(member.split("."))))


@pytest.mark.parametrize(
    ("member", "arguments", "expected"),
    [
        ("Locals.Exists", ("TEXT", 0), True),
        ("Locals.Exists", ("array[0]", 0), True),
        ("Locals.Exists", ("array[1]", 0), False),
        ("Locals.GetValString", ("text", 0), "a"),
        ("Locals.GetValNumber", ("integer", 0), 7.0),
        ("Locals.GetValBoolean", ("flag", 0), True),
        ("locals.getvalnumber", ("Array[0]", 0), 1.0),
        ("GetValString", ("Locals.text", 0), "a"),
    ],
)
def test_values_are_read_as_from_a_property_object(server, member, arguments, expected):
    """Lookups go from any object, or from the context, without regard to case."""
    found = called(server, member, *arguments)
    assert (found, type(found)) == (expected, type(expected))


def test_values_keep_their_kind_when_they_are_set(server, held):
    """A number that is set in an Int64 stays an Int64; what is missing comes with option 1."""
    called(server, "Locals.SetValNumber", "integer", 0, 8.0)
    called(server, "Locals.SetValBoolean", "new.flag", 1, False)
    assert held["Locals"]["integer"] == 8
    assert type(held["Locals"]["integer"]) is int
    assert held["Locals"]["new"] == {"flag": False}


@pytest.mark.parametrize(
    ("member", "arguments", "named"),
    [
        ("Locals.GetValString", ("number", 0), "number is a number, not a string"),
        ("Locals.GetValString", ("missing", 0), "no missing"),
        ("Locals.GetValString", ("a b", 0), "no path"),
        ("Locals.GetValString", ("text",), "2 arguments, not 1"),
        ("Locals.GetValString", (1.0, 0), "name of a property"),
        ("Locals.SetValNumber", ("text", 0, 1.0), "text is a string"),
        ("Locals.SetValNumber", ("number", 0, "1"), "The value is a string"),
        ("Locals.SetValNumber", ("missing", 0, 1.0), "option 1 inserts"),
        ("Locals", (), "not to be called"),
        ("Engine.FindFileEx", (), "name of a file"),
    ],
)
def test_misuse_is_refused_with_the_member(server, member, arguments, named):
    """The user's code learns which member refuses what."""
    with pytest.raises(RefusedQuestionError, match=named) as caught:
        called(server, member, *arguments)
    assert member in str(caught.value)


@pytest.mark.parametrize(
    "member", ["Thread", "Locals.number", "Engine.NewSequence", "SequenceFile.Save", "Exec"]
)
def test_what_is_not_there_is_missing(server, member):
    """Nothing is pretended: what TestStand alone has is named."""
    with pytest.raises(MissingMemberError, match=member):
        got(server, member)


@pytest.mark.parametrize("member", ["SequenceFile.Path.x", "Locals.text"])
def test_members_are_not_called_into_being(server, member):
    """Calling what is not there fails as reading it does."""
    with pytest.raises(MissingMemberError):
        called(server, member)


def test_objects_are_gone_on_from(server):
    """Reading an object gives a branch; reading a value gives the value."""
    assert got(server, "Execution") == Branch(("Execution",))
    assert got(server, "Engine.FindFileEx") == Branch(("Engine", "FindFileEx"))
    assert got(server, "SequenceFile.Path") == "/a.seq"
    assert called(server, "Locals.AsPropertyObject") == Branch(("Locals",))


def test_files_are_found_by_any_kind_of_argument(server):
    """The name of the file may come by place or by name."""
    expected = (True, str(Path("/maps/a.pinmap")), 0, 0, False)
    assert called(server, "Engine.FindFileEx", "a.pinmap", None) == expected
    assert called(server, "Engine.FindFileEx", fileToFind="a.pinmap") == expected


def test_setting_members_is_refused(server):
    """Variables are set by the methods of their objects."""
    with pytest.raises(RefusedQuestionError, match="SetVal"):
        server.answer(Question("set", ("Locals",), (1.0,)))
