"""What surrounds every run of a measurement: its interruption, and what its caller is told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from ni_measurement_plugin_sdk_service.measurement.service import MeasurementContext

from measurement_support.interruption import Interruption
from measurement_support.lost_connections import is_lost
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.text import printable
from session_sharing.wire.status import status_of, text_of

_log = logging.getLogger(__name__)


class Runs:
    """The runs of a process, so that it can end them when it stops.

    Methods may be called from any thread; `_changed` guards all there is.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[Interruption] = set()
        self._stop_reason = ""

    def begin(self, run: Interruption) -> None:
        """Count a run in.

        Raises:
            UnavailableError: The process stops.
        """
        with self._changed:
            if self._stop_reason:
                raise UnavailableError(self._stop_reason)
            self._running.add(run)

    def end(self, run: Interruption) -> None:
        """Count a run out."""
        with self._changed:
            self._running.discard(run)
            self._changed.notify_all()

    def stop(self, reason: str) -> None:
        """Let no run begin any more, and ask those that run to end.

        Args:
            reason: A sentence for their callers.
        """
        with self._changed:
            self._stop_reason = reason
            for run in self._running:
                run.stop(reason)

    def wait_for_none(self, timeout: float) -> bool:
        """Wait until nothing runs; return whether that is so after so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, timeout)


RUNS = Runs()
"""The runs of this process."""


@contextmanager
def measuring(context: MeasurementContext, runs: Runs = RUNS) -> Iterator[Interruption]:
    """Surround a measurement; within, it can be interrupted.

    Refusals of services, and of the project's own code, reach the caller with their status and
    text, where the SDK would make all of them UNKNOWN; with them, how many records were logged.

    Args:
        context: The context of the measurement that runs.
        runs: Where the run is counted.

    Yields:
        What the measurement waits with, and asks whether it may go on.
    """
    run = Interruption(context)
    try:
        runs.begin(run)
        run.check()  # It may have been cancelled while it waited for one of the SDK's threads.
        yield run
    except SharingError as error:
        if run.asked.is_set():
            run.check()  # A run that has to end tells why, not what failed because of it.
        _abort(context, status_of(error), run.told(text_of(error)))
    except grpc.RpcError as failure:
        if not isinstance(failure, grpc.Call):
            raise  # It comes from aborting: the caller is told already.
        run.check()  # The same.
        code, text = _refusal(failure)
        _abort(context, code, run.told(text))
    finally:
        runs.end(run)


def _refusal(failure: grpc.Call) -> tuple[grpc.StatusCode, str]:
    """Return status and text of a call that failed, in a run that nobody asked to end."""
    code, text = failure.code(), failure.details() or ""
    if code is grpc.StatusCode.UNAVAILABLE and is_lost(text):
        told = (
            f"The connection to the station ended ({text}): discovery or session management, which "
            "this measurement asked, is away or was stopped. Start the station again, and then the "
            "measurement."
        )
        return code, told
    if code is not grpc.StatusCode.CANCELLED:
        return code, text
    # The caller would take it for its own cancelling.
    told = f"A service broke off a call of the measurement ({text}). Is the station running?"
    return grpc.StatusCode.UNAVAILABLE, told


def _abort(context: MeasurementContext, code: grpc.StatusCode, text: str) -> None:
    _log.warning("The measurement failed: %s: %s", code.name, printable(text))
    context.abort(code, text)
