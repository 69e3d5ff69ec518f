"""Sends what no caller waits for, from a thread of its own."""

from __future__ import annotations

import atexit
import copy
import logging
import threading

from session_sharing.client.calling import released_already
from session_sharing.client.receipts import Receipt
from session_sharing.client.sender import RecordSender
from session_sharing.errors import ResourceExhaustedError, SharingError
from session_sharing.information import sentence

_log = logging.getLogger(__name__)

LINGER_SECONDS = 0.002
"""How long a record waits for others to travel with it when nothing else is under way."""


class BackgroundSender:
    """Has records sent by a daemon thread, `record sender`, that is there from the first one on.

    `_some` is set when something waits, `_hurry` when it is to go at once; both guard themselves.
    `_guard` guards that there is one thread, and the failures that nobody was told of.

    Args:
        sender: What the thread leads.
    """

    def __init__(self, sender: RecordSender) -> None:
        self._sender = sender
        self._some = threading.Event()
        self._hurry = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_ended = False
        self._failure: SharingError | None = None
        self._failed = 0

    def put(self, receipt: Receipt) -> None:
        """Have records sent soon.

        Raises:
            ResourceExhaustedError: No thread can be started; nothing was put in line.
        """
        if self._is_ended:
            raise released_already()
        if self._thread is None:
            self._start()
        self._sender.put(receipt)
        if not self._some.is_set():
            self._some.set()

    def hurry(self) -> None:
        """Have what waits sent at once."""
        self._hurry.set()

    def end(self) -> None:
        """End the thread when all is sent."""
        self._is_ended = True
        atexit.unregister(self._warn_at_exit)
        self._hurry.set()
        self._some.set()

    def failed(self, receipt: Receipt, error: SharingError) -> None:
        """Remember that records were not logged, until somebody asks."""
        with self._guard:
            self._failure = self._failure or error
            self._failed += 1

    def raise_failures(self) -> None:
        """Tell of the first failure since this was asked last, and of how many there were.

        Raises:
            SharingError: There was one.
        """
        with self._guard:
            failure, failed = self._failure, self._failed
            self._failure, self._failed = None, 0
        if failure is None:
            return
        if failed > 1:
            others = "1 more call" if failed == 2 else f"{failed - 1} more calls"
            more = f"{others} of `log_soon` failed; each receipt says why."
            failure = copy.copy(failure)  # The receipt keeps its own.
            failure.message = f"{sentence(failure.message)} {more}"
            failure.args = (failure.message,)
        raise failure

    def _start(self) -> None:
        with self._guard:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="record sender", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                raise ResourceExhaustedError(
                    f"No thread is left to send records in the background ({error}). Nothing was "
                    "logged. Use `log`, or raise the limit of threads."
                ) from error
            self._thread = thread
        atexit.register(self._warn_at_exit)

    def _warn_at_exit(self) -> None:
        count = self._sender.count()
        if count:
            _log.warning(
                "The program ends with %d records of `log_soon` that are not acknowledged. Call "
                "flush(), or release the session, before it ends.",
                count,
            )

    def _run(self) -> None:
        try:
            while not self._is_ended:
                self._some.wait()
                self._hurry.wait(LINGER_SECONDS)
                self._some.clear()
                self._hurry.clear()
                self._sender.drain()
        finally:  # After a defect the next record starts another one.
            self._thread = None
