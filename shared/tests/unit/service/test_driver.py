"""What a driver raises, as its clients are told."""

from __future__ import annotations

import errno

import pytest

from session_sharing.errors import (
    AccessDeniedError,
    InternalError,
    ResourceExhaustedError,
    ResourceHeldError,
    ResourceNotFoundError,
    UnavailableError,
)
from session_sharing.service.driver import explain, explain_use


@pytest.mark.parametrize(
    ("number", "expected", "delayed"),
    [
        (errno.ENOSPC, ResourceExhaustedError, True),
        (errno.EMFILE, ResourceExhaustedError, True),
        (errno.EACCES, AccessDeniedError, False),
        (errno.EROFS, AccessDeniedError, False),
        (errno.ENOENT, ResourceNotFoundError, False),
        (errno.ENOTDIR, ResourceNotFoundError, False),
        (errno.EIO, UnavailableError, True),
        (errno.ECONNREFUSED, UnavailableError, True),
    ],
)
def test_system_error_becomes_the_one_that_fits(number, expected, delayed):
    """An OSError becomes the error of its kind, saying what was done and why it failed."""
    error = explain(OSError(number, "the reason"), "open 'data'")
    assert type(error) is expected
    assert error.message.startswith("Could not open 'data': the reason. ")
    assert (error.retry_delay is not None) is delayed


def test_system_error_without_a_number():
    """An OSError that is only a text, as some libraries raise it, keeps its text."""
    error = explain(TimeoutError("the database does not answer"), "open 'data'")
    assert type(error) is UnavailableError
    assert "the database does not answer" in error.message


@pytest.mark.parametrize("explained", [explain, explain_use])
def test_system_error_names_its_file(explained):
    """Who reads the error learns which file it was, and no file is named twice."""
    error = FileNotFoundError(errno.ENOENT, "No such file", "counts/bench")
    assert (
        "Could not open 'b': No such file: 'counts/bench'. " in explained(error, "open 'b'").message
    )
    assert explained(error, "open 'counts/bench'").message.count("counts/bench") == 1
    assert "No such file. " in explained(OSError(errno.ENOENT, "No such file", 3), "open").message


def test_error_of_the_tree_stays():
    """What a driver says in the library's own words is not said anew."""
    error = ResourceHeldError("Held by somebody.")
    assert explain(error, "open 'data'") is error


def test_defect_keeps_its_secrets():
    """Any other exception is a defect, whose text may hold what clients must not see."""
    error = explain(KeyError("password=hunter2"), "open 'data'")
    assert type(error) is InternalError
    assert "KeyError" in error.message
    assert "hunter2" not in error.message
