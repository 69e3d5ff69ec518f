"""What surrounds every run."""

from __future__ import annotations

import threading
import time
from functools import partial
from types import SimpleNamespace

import grpc
import pytest

from measurement_support.log_sessions import LogConstructor
from measurement_support.running import Runs, measuring
from plugins.measurement_support.tests.contexts import AbortedError, FakeContext
from session_sharing.client import place
from session_sharing.errors import ServiceNotFoundError, SessionExistsError, UnavailableError
from session_sharing.wire.failed_call import FailedCall

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
CANCELLED = grpc.StatusCode.CANCELLED


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
    told = aborted(raising(FailedCall(grpc.StatusCode.UNAVAILABLE, "Held by Ann since 10:12.")))
    assert (told.code, told.text) == (grpc.StatusCode.UNAVAILABLE, "Held by Ann since 10:12.")


@pytest.mark.parametrize("text", ["Stream removed", "failed to connect to all addresses"])
def test_a_lost_station_is_told_as_such(text):
    """What only gRPC has to say of a lost connection is told as the station's, with what to do."""
    told = aborted(raising(FailedCall(UNAVAILABLE, text)))
    assert told.code is UNAVAILABLE
    assert told.text.startswith(f"The connection to the station ended ({text})")
    assert "Start the station again" in told.text


def test_a_refusal_in_the_middle_tells_what_is_logged():
    """Who would repeat the run learns that some of it is in the log already."""

    def body(run) -> None:
        run.stored["results.ndjson"] = 5
        raise FailedCall(grpc.StatusCode.UNAVAILABLE, "The station is gone.")

    told = aborted(body).text
    assert told.startswith(
        "The station is gone. Before that, results.ndjson acknowledged 5 records of this run"
    )


def test_what_nobody_cancelled_is_not_told_as_cancelled():
    """A service that breaks off a call is no caller that cancelled: the status says try again."""
    told = aborted(raising(FailedCall(grpc.StatusCode.CANCELLED, "Stream removed")))
    assert told.code is grpc.StatusCode.UNAVAILABLE
    assert "broke off" in told.text
    assert "Stream removed" in told.text


@pytest.mark.parametrize("kind", [UnavailableError, partial(FailedCall, UNAVAILABLE)])
def test_no_text_of_a_service_forges_a_line_of_the_log(kind, caplog):
    """What others wrote is logged in one line, with escapes for what commands a terminal."""
    aborted(raising(kind("gone\n12:00 INFO all is well\x1b[2J")))
    assert r"gone\n12:00 INFO all is well\x1b[2J" in caplog.text


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
        raise FailedCall(grpc.StatusCode.CANCELLED, "Channel closed!")

    told = aborted(body, runs=runs)
    assert (told.code, told.text) == (grpc.StatusCode.UNAVAILABLE, "Stopping.")


def test_a_run_that_nobody_waits_for_does_not_begin():
    """What was cancelled while it waited for a thread of the SDK does nothing when it gets one."""
    context = FakeContext(active=False)
    told = aborted(lambda _run: pytest.fail("it began"), context)
    assert told.code is grpc.StatusCode.CANCELLED


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


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (FakeContext.cancel, (CANCELLED, "The measurement was cancelled.")),
        (
            lambda context: setattr(context, "time_remaining", 0.5),
            (UNAVAILABLE, "(ni.logger.JSONLogService) is away"),
        ),
    ],
    ids=["cancelled", "out of time"],
)
def test_no_run_waits_for_a_log_that_is_away_longer_than_its_caller(monkeypatch, ends, told):
    """A run that waits for the service of its log ends with its caller, who is told why."""

    def find_nothing(*_arguments, **_options):
        raise ServiceNotFoundError("It is not registered.")

    monkeypatch.setattr(place, "resolve_address", find_nothing)
    context = FakeContext()

    def open_log(run) -> None:
        threading.Timer(0.05, ends, [context]).start()
        LogConstructor(0, 30.0, run.nearly_over)(
            SimpleNamespace(instrument_type_id="FileLogger", resource_name="a.log")
        )

    begin = time.monotonic()
    found = aborted(open_log, context)
    assert found.code is told[0]
    assert told[1] in found.text
    assert time.monotonic() - begin < 10.0
