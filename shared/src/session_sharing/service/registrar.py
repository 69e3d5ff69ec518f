"""What one service asks of discovery: whether it is known still, to be known, to be forgotten."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from session_sharing.discovery import (
    DiscoveryConnection,
    DiscoveryPlace,
    ServiceDescriptor,
    ServiceLocation,
    find_discovery,
)
from session_sharing.errors import NoStationError, UnavailableError

ASK_SECONDS = 5.0
"""How often discovery is asked whether it still lists the service."""

UNREGISTER_SECONDS = 2.0


@dataclass(frozen=True)
class _Run:
    """One run of a discovery service: where it is, and the state of the key file that says so."""

    place: DiscoveryPlace
    key_file_state: tuple[int, int] | None


@dataclass(frozen=True)
class _Registered:
    """With which run of discovery a service is registered, and under which id."""

    run: _Run
    registration_id: str


class Registrar:
    """Registers one service, as often as it takes.

    All methods block. `check` is called by one thread at a time, `retire` by any. `_guard` guards
    `_registered` and `_retired`, and is never held over a call.

    Args:
        descriptor: What is registered.
        location: Where the service listens.
    """

    def __init__(self, descriptor: ServiceDescriptor, location: ServiceLocation) -> None:
        self._descriptor = descriptor
        self._location = location
        self._guard = threading.Lock()
        self._registered: _Registered | None = None
        self._retired = False
        self._ask_at = 0.0

    def check(self) -> str:
        """See to it that discovery knows the service.

        Cheap as long as the key file is the one of the last time, but for a question every
        `ASK_SECONDS`, which shows that discovery forgot the service without changing the file.

        Returns:
            The address of discovery if the service was registered just now, else an empty text.

        Raises:
            UnavailableError: Discovery is not there.
            SharingError: Discovery refuses the service.
        """
        run = _current_run()
        with self._guard:
            known = self._registered
        if known is None or known.run != run:
            return self._register(run)
        if time.monotonic() < self._ask_at:
            return ""
        if self._is_listed(run):
            self._ask_at = time.monotonic() + ASK_SECONDS
            return ""
        return self._register(run, replaced=known.registration_id)

    def _register(self, run: _Run, replaced: str = "") -> str:
        with DiscoveryConnection(run.place) as discovery:
            registration_id = discovery.register(self._descriptor, self._location)
            with self._guard:
                too_late = self._retired
                if not too_late:
                    self._registered = _Registered(run, registration_id)
            if too_late:
                discovery.unregister(registration_id)
                return ""
            self._ask_at = time.monotonic() + ASK_SECONDS
            if replaced:  # It may be known, and was only not listed.
                discovery.unregister(replaced)
        return discovery.address

    def _is_listed(self, run: _Run) -> bool:
        interface, kind = self._descriptor.provided_interfaces[0], self._descriptor.service_class
        try:
            with DiscoveryConnection(run.place) as discovery:
                active = discovery.enumerate_active(interface, kind)
        except NoStationError:
            raise
        except UnavailableError:  # An older discovery has no such call: its key file has to do.
            return True
        own = _ports(self._location)
        return any(_ports(known.location) == own for known in active)

    def retire(self) -> None:
        """Unregister, if registered; a `check` that is under way undoes what it does.

        Raises:
            SharingError: Discovery does not answer, or refuses.
        """
        with self._guard:
            self._retired = True
            known, self._registered = self._registered, None
        if known is not None:
            with DiscoveryConnection(known.run.place, timeout=UNREGISTER_SECONDS) as discovery:
                discovery.unregister(known.registration_id)


def _ports(location: ServiceLocation) -> tuple[str, str]:
    return location.insecure_port, location.ssl_authenticated_port


def _current_run() -> _Run:
    """Find discovery without calling it: a station that started anew wrote its key file anew."""
    place = find_discovery()
    if place.key_file is None:
        return _Run(place, None)
    try:
        state = place.key_file.stat()
    except OSError:  # It went just now; the next look will tell.
        return _Run(place, None)
    return _Run(place, (state.st_mtime_ns, state.st_ino))
