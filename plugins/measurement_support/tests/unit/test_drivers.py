"""What callers are told of a driver that fails, and what is cleaned up after it."""

from __future__ import annotations

import grpc
import pytest

from measurement_support.drivers import cleaned_up, driver_errors
from session_sharing.errors import PreconditionError, UnavailableError


class BrokenError(Exception):
    """What the driver of these tests raises."""


def failing(text: str, rpc_code: grpc.StatusCode | None = None):
    """Return what fails."""

    def fail():
        error = BrokenError(text)
        if rpc_code:
            error.rpc_code = rpc_code
        raise error

    return fail


def test_a_driver_that_refuses_is_told_in_its_words():
    """Code and text of the driver are what its users look up."""
    with (
        pytest.raises(PreconditionError, match="NI-X: -1074135024: Invalid value"),
        driver_errors("NI-X", BrokenError),
    ):
        failing("-1074135024: Invalid value")()


def test_a_server_that_is_gone_is_told_with_what_to_do():
    """A server that was stopped in the middle is told apart from a driver that refuses."""
    with (
        pytest.raises(UnavailableError, match=r"Failed to connect.*local_station\.instruments"),
        driver_errors("NI-X", BrokenError),
    ):
        failing("Failed to connect", grpc.StatusCode.UNAVAILABLE)()


def test_what_is_no_error_of_the_driver_passes():
    """A defect, and the end of a run, stay what they are."""
    with pytest.raises(ZeroDivisionError), driver_errors("NI-X", BrokenError):
        raise ZeroDivisionError


def test_every_step_is_taken_in_order():
    """A step that fails keeps the next one from nothing; its error is raised afterwards."""
    done = []
    with (
        pytest.raises(BrokenError, match="first"),
        cleaned_up(BrokenError, failing("first"), lambda: done.append("second"), failing("third")),
    ):
        pass
    assert done == ["second"]


def test_a_failure_of_the_block_comes_before_those_of_the_steps(caplog):
    """Who cleans up after a failure is told of that failure; the rest is in the log."""
    done = []
    with (
        pytest.raises(ZeroDivisionError),
        cleaned_up(BrokenError, failing("a\nstep"), lambda: done.append("next")),
    ):
        raise ZeroDivisionError
    assert done == ["next"]
    assert r"a\nstep" in caplog.text
