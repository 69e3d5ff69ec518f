"""What holds the requests of one stream together: behind one that failed nothing is stored."""

from __future__ import annotations

import asyncio

from session_sharing.errors import SharingError


class Chain:
    """Requests that are stored in order, as far as the first that is not.

    `failure` is set by the event loop, or by the thread that stores; once set it stays. That thread
    looks at it when it comes to a request, so nothing is stored behind one that was not.

    Attributes:
        turn: Held while a request is converted and handed over to be stored.
        failure: Why one of them was not stored; None as long as all were.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.failure: SharingError | None = None

    def fail(self, failure: SharingError) -> None:
        """One of them was not stored: nor is what comes behind it."""
        self.failure = self.failure or failure
