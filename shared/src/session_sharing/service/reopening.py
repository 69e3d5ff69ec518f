"""The handle of a session that an earlier run of the service had open: it has to come again."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Generic, TypeVar

from session_sharing.errors import ResourceReplacedError, SharingError, UnavailableError
from session_sharing.information import sentence
from session_sharing.service.operations import OpenSession

H = TypeVar("H")

RETRY_SECONDS = 1.0
"""A resource that could not be opened is tried again no sooner than after that time."""


class Reopening(Generic[H]):
    """Opens the resource of one session again, once at a time, until it is open.

    Used on one event loop only, which guards all state.

    Args:
        session: Gets the handle.
        attempt: Starts one attempt: after it the session has its handle, or it returns the error.
    """

    def __init__(
        self, session: OpenSession[H], attempt: Callable[[], asyncio.Task[SharingError | None]]
    ) -> None:
        self._session = session
        self._attempt = attempt
        self._task: asyncio.Task[SharingError | None] | None = None
        self._again_at = 0.0

    def begin(self) -> None:
        """Begin an attempt; none is under way."""
        self._task = self._attempt()
        self._task.add_done_callback(self._ended)

    def _ended(self, _: asyncio.Task[SharingError | None]) -> None:
        self._again_at = asyncio.get_running_loop().time() + RETRY_SECONDS

    @property
    def under_way(self) -> asyncio.Task[SharingError | None] | None:
        """The attempt that has not ended yet."""
        return self._task if self._task is not None and not self._task.done() else None

    async def ready(self) -> None:
        """Wait for the attempt that is under way; begin another where one is due.

        Raises:
            ResourceReplacedError: What the session held before is gone; waiting does not help.
            UnavailableError: The resource cannot be opened now; the text says why.
        """
        if self._session.has_handle:
            return
        if not self.under_way and asyncio.get_running_loop().time() >= self._again_at:
            self.begin()
        if self._task is None:
            raise RuntimeError("The first attempt was not begun.")
        await asyncio.wait({self._task})  # Whoever waits may go away; the attempt goes on.
        error = self._task.result()
        if error is not None:
            raise _cannot_be_used(error)


def _cannot_be_used(error: SharingError) -> SharingError:
    if isinstance(error, ResourceReplacedError):
        return copy.copy(error)  # Others who wait get their own.
    return UnavailableError(
        f"The session is there, but its resource cannot be used: {sentence(error.message)} "
        "Nothing was done. Every further call tries to open it again, at most once a second; "
        "releasing and closing the session work.",
        resource_name=error.resource_name,
        retry_delay=RETRY_SECONDS,
    )
