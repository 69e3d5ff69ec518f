"""How a measurement notices that it has to end: cancelled, out of time, or stopped."""

from __future__ import annotations

import math
import threading

import grpc
from ni_measurement_plugin_sdk_service.measurement.service import MeasurementContext

from session_sharing.errors import InvalidRequestError

CLEAN_UP_SECONDS = 5.0
"""How long releasing a reservation may take, also when the run's time is up."""

_ANSWER_SECONDS = 1.0
"""What is kept of a run's time for telling its caller what was waited for in vain."""

LONGEST_SECONDS = 3600.0
"""The longest that a reservation is waited for: a run that waits keeps one of the SDK's threads."""


class _NearlyOver(threading.Event):
    """Set when a run is asked to end, or has no time left but for telling why. Nobody waits on it.

    Any thread may look: it asks gRPC's context, as the SDK's is known in the run's own thread only.

    Args:
        run: The run.
        context: Tells its time.
    """

    def __init__(self, run: Interruption, context: MeasurementContext) -> None:
        super().__init__()
        self._asked = run.asked
        self._remaining = context.grpc_context.time_remaining
        self._telling = _for_telling(self._remaining())

    def is_set(self) -> bool:
        """Tell whether it is so."""
        return self._asked.is_set() or self._remaining() <= self._telling


def _for_telling(remaining: float) -> float:
    return min(_ANSWER_SECONDS, remaining / 4)


class Interruption:
    """The end of one run, if it comes early. Once asked to end, a run ends at its next check.

    The run's own thread waits, checks and counts; any thread may call `stop`. `_asked` is the event
    between them, and the reason is written before it is set.

    A wait for a reservation ends then too, and a call to a log whose service is away: they look at
    `asked` and at `nearly_over`. What cannot be interrupted is a call that waits elsewhere.

    Args:
        context: The context of the measurement that runs, in the thread that it runs in.

    Attributes:
        stored: How many records of the run each place has acknowledged, by its name; who logs them
            adds to it. The caller of a run that ends early is told of them.
        nearly_over: Set when the run is asked to end, or what is left of its time is needed to tell
            the caller why. To be looked at: nobody is woken.
    """

    def __init__(self, context: MeasurementContext) -> None:
        self._context = context
        self._asked = threading.Event()
        self._stop_reason = ""
        self.stored: dict[str, int] = {}
        self.nearly_over: threading.Event = _NearlyOver(self, context)
        context.add_cancel_callback(self._asked.set)
        if not context.grpc_context.is_active():
            self._asked.set()  # It ended before the callback was there, which is never called then.

    def stop(self, reason: str) -> None:
        """Ask the run to end, for a reason of the plug-in's own.

        Args:
            reason: A sentence for the caller.
        """
        self._stop_reason = reason
        self._asked.set()

    @property
    def asked(self) -> threading.Event:
        """Set when the run is asked to end: by its caller, its deadline, or the plug-in."""
        return self._asked

    def wait(self, seconds: float) -> None:
        """Wait as long as an instrument integrates; not longer than the run may go on.

        Args:
            seconds: How long.

        Raises:
            grpc.RpcError: The run has to end. The caller was told why; let it pass.
        """
        self._asked.wait(min(seconds, self._context.time_remaining))
        self.check()

    def check(self) -> None:
        """Return if the run may go on.

        Raises:
            grpc.RpcError: The run has to end. The caller was told why; let it pass.
        """
        if self._stop_reason:
            self._context.abort(grpc.StatusCode.UNAVAILABLE, self.told(self._stop_reason))
        if self._context.time_remaining <= 0:
            self._context.abort(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                self.told("The time that the caller gave was over before the measurement was."),
            )
        if self._asked.is_set():
            text = self.told("The measurement was cancelled.")
            self._context.abort(grpc.StatusCode.CANCELLED, text)

    def told(self, text: str) -> str:
        """Return what a caller is told of an early end: also what is logged already, and where.

        Args:
            text: Why the run ends.
        """
        if not any(self.stored.values()):
            return text
        return f"{text} Before that, {self._where()} of this run: repeating it logs them again."

    def _where(self) -> str:
        """Say how many records are where, also where none are: file and database may differ."""
        counts = [
            f"{place} acknowledged {count or 'no'} record{'' if count == 1 else 's'}"
            for place, count in self.stored.items()
        ]
        return ", and ".join(counts)

    def reserve_timeout(self, limit: float) -> float:
        """Return how long a reservation may be waited for: never beyond the run's own deadline.

        A little less than the time remaining, so that the caller still learns who holds what; and
        an hour at most, as callers without a deadline would keep a thread of the SDK for ever.

        Args:
            limit: How long it may take at most, in seconds; 0 not to wait, negative for as long as
                may be.

        Raises:
            InvalidRequestError: The limit is no number.
            grpc.RpcError: The run has to end. The caller was told why; let it pass.
        """
        if math.isnan(limit):
            raise InvalidRequestError("reserve_timeout is no number. Give seconds.")
        self.check()
        return min(math.inf if limit < 0 else limit, self._left, LONGEST_SECONDS)

    def call_timeout(self, limit: float) -> float:
        """Return how long calls to a service may take: never beyond the run's own deadline.

        A little less, as for reservations. What a log's client cannot release in this time, it
        releases later.

        Args:
            limit: How long they may take at most, in seconds.
        """
        return max(0.0, min(limit, self._left))

    @property
    def _left(self) -> float:
        """What is left of the run's time for all but telling its caller of the end."""
        remaining = self._context.time_remaining
        return remaining - _for_telling(remaining)
