"""What the service tells of its sessions while the scenes are played."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence

from session_sharing.client.administration import Administration
from session_sharing.core import EventKind, SessionEvent
from session_sharing.errors import SharingError

CAUGHT_UP_SECONDS = 10.0


class Timeline:
    """Watches the sessions of a service. A thread named `timeline` reads the events.

    `_changed` guards the events, and wakes who waits for one.

    Args:
        address: host:port of the service.
    """

    def __init__(self, address: str) -> None:
        self._changed = threading.Condition()
        self._events: list[SessionEvent] = []
        self._ended = False
        self._administration = Administration(address)
        threading.Thread(target=self._watch, name="timeline", daemon=True).start()
        self._wait(lambda events: any(event.kind is EventKind.WATCHING for event in events))

    def _watch(self) -> None:
        try:
            for event in self._administration.watch():
                with self._changed:
                    self._events.append(event)
                    self._changed.notify_all()
        except SharingError as error:
            if not self._ended:
                print(f"The service tells no more: {error}", file=sys.stderr)

    def _wait(self, condition: Callable[[Sequence[SessionEvent]], bool]) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self._events), CAUGHT_UP_SECONDS):
                raise RuntimeError("The service does not tell what happens to its sessions.")

    def close(self) -> None:
        """Stop watching."""
        self._ended = True
        self._administration.close()

    def of(self, resource: str) -> list[SessionEvent]:
        """Return the events of a resource, when its session is closed."""

        def about(events: Sequence[SessionEvent]) -> list[SessionEvent]:
            return [
                event
                for event in events
                if event.session is not None and event.session.resource_name == resource
            ]

        self._wait(lambda events: any(event.kind is EventKind.CLOSED for event in about(events)))
        with self._changed:
            return about(self._events)
