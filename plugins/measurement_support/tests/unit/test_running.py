"""What surrounds every run."""

from __future__ import annotations

import threading

import grpc
import pytest

from measurement_support.running import Runs, measuring
from plugins.measurement_support.tests.contexts import AbortedError, FakeContext
from session_sharing.errors import SessionExistsError


class RefusedCall(grpc.RpcError, grpc.Call):
    """What a call raises that a service refused."""

    code = details = None

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__()
        self.code, self.details = lambda: code, lambda: details


RefusedCall.__abstractmethods__ = frozenset()


def run_through(body, context: FakeContext, runs: Runs) -> None:
    """Run something as a measurement."""
    with measuring(context, runs) as run:
        body(run)


def aborted(body, context: FakeContext | None = None, runs: Runs | None = None) -> AbortedError:
    """Return how a run is aborted that does something."""
    with pytest.raises(AbortedError) as caught:
        run_through(body, context or FakeContext(), runs or Runs())
    return caught.value


def raising(error: Exception):
    """Return what raises an error."""

    def body(_run) -> None:
        raise error

    return body


def test_a_refusal_of_a_service_reaches_the_caller():
    """Status and text are those that session management gave, with the name of the holder."""
    told = aborted(raising(RefusedCall(grpc.StatusCode.UNAVAILABLE, "Held by Ann since 10:12.")))
    assert (told.code, told.text) == (grpc.StatusCode.UNAVAILABLE, "Held by Ann since 10:12.")


def test_an_error_of_the_session_library_reaches_the_caller():
    """What the logger's client raises keeps its status and its text."""
    told = aborted(raising(SessionExistsError("Created by Ann.")))
    assert (told.code, told.text) == (grpc.StatusCode.ALREADY_EXISTS, "Created by Ann.")


def test_a_defect_is_not_disguised():
    """What is no refusal passes as it is, for the SDK to report."""
    runs = Runs()
    with pytest.raises(ZeroDivisionError):
        run_through(raising(ZeroDivisionError()), FakeContext(), runs)
    assert runs.wait_for_none(0.0)


def test_an_abort_is_not_aborted_again():
    """A run that ended itself keeps the reason that it gave."""
    context = FakeContext()

    def body(run) -> None:
        context.cancel()
        run.check()

    assert aborted(body, context).code is grpc.StatusCode.CANCELLED


def test_the_reason_to_end_comes_before_what_failed_because_of_it():
    """When stopping breaks off a call, the caller is told of the stop."""
    runs = Runs()

    def body(_run) -> None:
        runs.stop("Stopping.")
        raise RefusedCall(grpc.StatusCode.CANCELLED, "Channel closed!")

    told = aborted(body, runs=runs)
    assert (told.code, told.text) == (grpc.StatusCode.UNAVAILABLE, "Stopping.")


def test_no_run_begins_while_the_plug_in_stops():
    """A call that comes too late is told why, with a status that says to try again."""
    runs = Runs()
    runs.stop("Stopping.")
    told = aborted(lambda _run: pytest.fail("it began"), runs=runs)
    assert (told.code, told.text) == (grpc.StatusCode.UNAVAILABLE, "Stopping.")


def test_a_stop_ends_the_runs_and_waits_for_them():
    """The plug-in knows when its last run has released what it held."""
    runs, begun = Runs(), threading.Event()

    def body(run) -> None:
        begun.set()
        run.wait(30.0)

    thread = threading.Thread(
        target=aborted, args=(body,), kwargs={"runs": runs}, name="a run", daemon=True
    )
    thread.start()
    assert begun.wait(10.0)
    assert not runs.wait_for_none(0.0)
    runs.stop("Stopping.")
    assert runs.wait_for_none(10.0)
    thread.join(10.0)
