"""Watching all services at once, also those that start later, or start again."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from session_sharing.cli.services import FoundService, find_services, only_encrypted
from session_sharing.client.administration import Administration
from session_sharing.core import SessionEvent
from session_sharing.errors import ServiceNotFoundError, SharingError
from session_sharing.tls import tls_from_environment

LOOK_SECONDS = 1.0
"""How often services are looked for."""


@dataclass(frozen=True)
class Changed:
    """A session of a service changed, or the watch of the service begins."""

    service: FoundService
    event: SessionEvent


@dataclass(frozen=True)
class Gone:
    """A service that was watched is not watched any more."""

    service: FoundService
    reason: str


@dataclass(frozen=True)
class Trouble:
    """Something keeps a service, or all, from being watched; it is told once."""

    text: str


@dataclass(frozen=True)
class _Ended:
    """A thread's watch ended, or did not begin."""

    service: FoundService
    error: SharingError | None


class Watching:
    """Watches until it is closed; each service in a daemon thread, another one looks for services.

    The threads only put into the queue, which guards what they saw. The rest belongs to the thread
    that calls `next`.

    Args:
        addresses: The services to watch; those that discovery knows if empty.
    """

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        self._addresses = list(addresses)
        self._seen: queue.SimpleQueue[list[FoundService] | Changed | _Ended | SharingError] = (
            queue.SimpleQueue()
        )
        self._asked: set[str] = set()  # addresses that have a thread
        self._live: set[str] = set()  # those of them that told something
        self._others: set[str] = set()  # services of another kind
        self._told: set[str] = set()  # of which addresses trouble was told; "" is discovery
        self._closed = threading.Event()
        threading.Thread(target=self._look, name="look for services", daemon=True).start()

    def next(self) -> Changed | Gone | Trouble:
        """Wait for what is to be told next."""
        while True:
            told = self._take(self._seen.get())
            if told is not None:
                return told

    def close(self) -> None:
        """Look for services no more."""
        self._closed.set()

    def _look(self) -> None:
        while not self._closed.is_set():
            try:
                self._seen.put(find_services(self._addresses))
            except SharingError as error:
                self._seen.put(error)
            self._closed.wait(LOOK_SECONDS)

    def _take(
        self, seen: list[FoundService] | Changed | _Ended | SharingError
    ) -> Changed | Gone | Trouble | None:
        if isinstance(seen, Changed):
            self._live.add(seen.service.address)
            self._told -= {seen.service.address, ""}
            return seen
        if isinstance(seen, _Ended):
            return self._end(seen)
        if isinstance(seen, SharingError):
            return None if self._live else self._trouble("", str(seen))
        return self._begin(seen)

    def _begin(self, found: list[FoundService]) -> Trouble | None:
        """Watch the services that are not watched yet."""
        self._others &= {service.address for service in found}
        for service in found:
            if not service.is_asked:
                continue
            if service.address not in self._asked | self._others:
                self._asked.add(service.address)
                threading.Thread(
                    target=self._watch,
                    args=(service,),
                    name=f"watch {service.address}",
                    daemon=True,
                ).start()
        unasked = [] if tls_from_environment() else [one for one in found if not one.is_asked]
        for service in unasked:
            if service.address not in self._told:
                return self._trouble(service.address, only_encrypted(service))
        if self._asked or unasked:
            return None
        text = "No session service runs. One that starts is watched, as: python -m json_logger"
        return self._trouble("", text)

    def _watch(self, service: FoundService) -> None:
        error = None
        try:
            with Administration(service.address) as administration:
                administration.sessions()  # It has a time-out, which a watch has not.
                for event in administration.watch():
                    self._seen.put(Changed(service, event))
        except SharingError as failure:
            error = failure
        self._seen.put(_Ended(service, error))

    def _end(self, ended: _Ended) -> Gone | Trouble | None:
        service, error = ended.service, ended.error
        self._asked.discard(service.address)
        if service.address in self._live:
            self._live.discard(service.address)
            self._told |= {service.address, ""}  # That it is away is told with this.
            return Gone(service, str(error) if error else "its watch ended")
        if isinstance(error, ServiceNotFoundError) and not self._addresses:
            self._others.add(service.address)
            return None
        return self._trouble(service.address, service.failure(error or "its watch ended"))

    def _trouble(self, address: str, text: str) -> Trouble | None:
        if address in self._told:
            return None
        self._told.add(address)
        return Trouble(text)
