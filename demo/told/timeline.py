"""What the service tells of its sessions while the scenes are played."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from session_sharing.client.administration import Administration
from session_sharing.core import EventKind, SessionEvent
from session_sharing.errors import SharingError, UnavailableError

Condition = Callable[[Sequence[SessionEvent]], bool]


class Timeline:
    """Watches the sessions of a service. A thread named `timeline` reads the events.

    `_changed` guards all state, and wakes who waits for an event.

    Args:
        address: host:port of the service.
    """

    def __init__(self, address: str) -> None:
        self._changed = threading.Condition()
        self._events: list[SessionEvent] = []
        self._failure: SharingError | None = None
        self._administration = Administration(address)
        threading.Thread(target=self._watch, name="timeline", daemon=True).start()

    def _watch(self) -> None:
        failure: SharingError = UnavailableError("The service tells no more of its sessions.")
        try:
            for event in self._administration.watch():
                with self._changed:
                    self._events.append(event)
                    self._changed.notify_all()
        except SharingError as error:
            failure = error
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def wait(self, condition: Condition, since: int, timeout: float) -> bool:
        """Wait for events.

        Args:
            condition: What they have to fulfil; it is given those from `since` on.
            since: A number that `mark` returned.
            timeout: How long to wait, in seconds.

        Returns:
            Whether they do.

        Raises:
            SharingError: The service tells no more.
        """
        with self._changed:
            fulfilled = self._changed.wait_for(
                lambda: condition(self._events[since:]) or self._failure is not None, timeout
            )
            if fulfilled and not condition(self._events[since:]) and self._failure:
                raise self._failure
            return fulfilled

    def begun(self, timeout: float) -> bool:
        """Wait until the service tells what happens from now on; return whether it does."""
        return self.wait(
            lambda events: any(event.kind is EventKind.WATCHING for event in events), 0, timeout
        )

    def mark(self) -> int:
        """Return how many events there are: `since` gives those that come after."""
        with self._changed:
            return len(self._events)

    def since(self, mark: int) -> list[SessionEvent]:
        """Return the events after a mark."""
        with self._changed:
            return self._events[mark:]

    def close(self) -> None:
        """Stop watching."""
        self._administration.close()
