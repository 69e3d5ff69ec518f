"""The tree of errors."""

from __future__ import annotations

import copy
import inspect
import pickle
from datetime import datetime, timezone

import pytest

from session_sharing import errors
from session_sharing.errors import SharingError
from session_sharing.information import SessionInformation, SessionState

NOON = datetime(2024, 1, 2, 12, tzinfo=timezone.utc)
SESSION = SessionInformation("ab12", "log", "/log", SessionState.OPEN, False, None, NOON, NOON)
CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, SharingError)
]


def documented_parents() -> dict[str, str]:
    """Return the parent of every class, as the picture in the module's docstring draws it."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        drawn = line.lstrip("│├└─ ")
        name = drawn.split(" ")[0]
        if not name.endswith("Error") or "`" in name:
            continue
        depth = (len(line) - len(drawn)) // 4
        path[depth:] = [name]
        parents[name] = path[depth - 1] if depth else "Exception"
    return parents


def test_the_picture_is_the_tree() -> None:
    """The picture in the docstring has every class at its place, and no other."""
    assert documented_parents() == {found.__name__: found.__mro__[1].__name__ for found in CLASSES}


@pytest.mark.parametrize("error", CLASSES)
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, lambda error: pickle.loads(pickle.dumps(error))],
    ids=["copy", "pickle"],
)
def test_an_error_can_be_given_to_many(error: type[SharingError], duplicate: object) -> None:
    """A duplicate, which each of many callers gets, lacks nothing of the original."""
    original = error(
        "All full.", resource_name="log", session=SESSION, retry_delay=1.5, size=17, limit=16
    )
    twin = duplicate(original)  # type: ignore[operator]
    assert type(twin) is error
    assert twin is not original
    assert (str(twin), twin.message) == ("All full.", "All full.")
    assert vars(twin) == vars(original)


def test_what_is_not_said_is_absent() -> None:
    """Without further words an error claims nothing: no session, no retry, no size."""
    error = SharingError("No.")
    assert vars(error) == {
        "message": "No.",
        "resource_name": "",
        "session": None,
        "retry_delay": None,
        "size": None,
        "limit": None,
        "maybe_done": False,
    }


@pytest.mark.parametrize(
    ("specific", "general"),
    [
        (errors.ResourceNameError, errors.InvalidRequestError),
        (errors.SessionNotFoundError, errors.NotFoundError),
        (errors.AttachmentEndedError, errors.PreconditionError),
        (errors.ServiceNotFoundError, errors.UnavailableError),
    ],
)
def test_programs_may_catch_the_general_error(
    specific: type[SharingError], general: type[SharingError]
) -> None:
    """Who catches the error of a status catches every kind of it, and nothing of another."""
    with pytest.raises(general):
        raise specific("No.")
    assert not issubclass(general, specific)
