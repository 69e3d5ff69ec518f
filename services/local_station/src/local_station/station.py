"""The station as a hosted server: NI's three services in one process, at one port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from local_station.discovery import wire as discovery
from local_station.discovery.activation import Activation
from local_station.discovery.catalogue import Catalogue
from local_station.discovery.directory import Directory
from local_station.discovery.kept import Came, Went
from local_station.discovery.launching import environment_for
from local_station.discovery.lookup import Lookup
from local_station.discovery.model import Registration
from local_station.discovery.places import Places
from local_station.discovery.servicer import DiscoveryServicer
from local_station.home import StationHome
from local_station.keeping import Entry, begin_journal
from local_station.pin_map import wire as pin_map
from local_station.pin_map.servicer import PinMapServicer
from local_station.pin_map.store import PinMaps
from local_station.regular import Regularly
from local_station.restoring import read_kept, restore
from local_station.session_management import wire as session_management
from local_station.session_management.manager import SessionManager
from local_station.session_management.servicer import SessionManagementServicer
from session_sharing.discovery import ServiceDescriptor
from session_sharing.discovery.location import ADDRESS_VARIABLE
from session_sharing.identity import this_client
from session_sharing.service.keeping import Keeping
from session_sharing.service.listening import Listening
from session_sharing.service.threads import in_thread

REGISTERED = {
    pin_map.SERVICE_NAME: "Local Pin Map Service",
    session_management.SERVICE_NAME: "Local Session Management Service",
}
"""What is found through discovery; a service's class is the name of its interface."""

KEPT_SECONDS = 5.0
"""How long answers wait for the journal: a disk that hangs keeps nobody from registering."""

KEY_FILE_SECONDS = 5.0
"""How often is looked whether the key file is still there."""

logger = logging.getLogger(__name__)

SERVED = (discovery.SERVICE_NAME, *REGISTERED)


class Station:
    """NI's services for one machine, with health checking and reflection.

    It is found through the key file in its home while it serves. The one event loop guards all
    that its services know.
    """

    def __init__(self, home: StationHome, folders: Sequence[Path], start_within: float) -> None:
        """Know again what an earlier run kept.

        Args:
            home: The station's folder.
            folders: Where `.serviceconfig` files are looked for.
            start_within: How long a service has to register after it was started, in seconds.
        """
        self._home = home
        self._health = health.aio.HealthServicer()
        self._directory = Directory()
        self._own: set[str] = set()
        self._pin_maps = PinMaps()
        self._keeping: Keeping[Entry] = Keeping(self._to_keep)
        self._is_late = False
        self._key_file = Regularly("keep the key file", home.keep_key_file, KEY_FILE_SECONDS)
        self._sessions = SessionManager(changed=self._keep_soon)
        self._activation = Activation(self._environment, start_within)
        self._catalogue = Catalogue(folders)
        kept = read_kept(home.journal, this_client().boot_id)
        restore(kept, self._directory, self._sessions)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add the servicers, and write down from now on what changes.

        Raises:
            ResourceExhaustedError: No thread can be started for that.
        """
        self._keeping.begin(begin_journal(self._home.journal, this_client().boot_id))
        lookup = Lookup(self._directory, self._catalogue, self._activation, self._forgotten)
        places = Places(self._directory, self._forgotten)
        discovery.stubs.add_DiscoveryServiceServicer_to_server(
            DiscoveryServicer(self._directory, lookup, self._activation, places, self._keep),
            server,
        )
        pin_map.stubs.add_PinMapServiceServicer_to_server(PinMapServicer(self._pin_maps), server)
        session_management.stubs.add_SessionManagementServiceServicer_to_server(
            SessionManagementServicer(self._pin_maps, self._sessions, self._all_kept),
            server,
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (*SERVED, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)

    async def started(self, listening: Listening) -> None:
        """Say SERVING, and let the station be found.

        Raises:
            UnavailableError: The key file cannot be written.
        """
        location = listening.location
        for name, display_name in REGISTERED.items():
            descriptor = ServiceDescriptor(display_name, name, (name,))
            self._own.add(self._directory.register(descriptor, location).registration_id)
        for service in ("", *SERVED):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        self._home.write_key_file(listening.ports.ready)
        self._key_file.begin()

    async def stopping(self) -> None:
        """Let the station be found no longer, end all waiting, and what it has started."""
        self._sessions.stop()
        steps = {
            "remove the key file": self._remove_key_file(),
            "say NOT_SERVING": self._health.enter_graceful_shutdown(),
            "find holders": self._sessions.find_holders(),
            "end services": self._activation.stop(),
        }
        # All at once, and each to its end: none can keep another from being done.
        results = await asyncio.gather(*steps.values(), return_exceptions=True)
        for step, result in zip(steps, results, strict=True):
            if isinstance(result, BaseException):
                logger.error("%s failed; the stop goes on", step, exc_info=result)

    async def _remove_key_file(self) -> None:
        await self._key_file.stop()
        await in_thread("remove the key file", self._home.remove_key_file)

    async def stopped(self) -> None:
        """Keep what the next run has to know, and let another station have the home."""
        try:
            await self._keeping.all_kept()
            journal = self._keeping.end()
            if journal is not None:
                await in_thread("close the journal", journal.close)
        finally:
            self._home.release()

    async def _keep(self, entry: Entry) -> None:
        self._keeping.keep([entry])
        await self._all_kept()

    async def _all_kept(self) -> None:
        """Wait until all changes are in the journal, or the time for that is over."""
        try:
            await asyncio.wait_for(self._keeping.all_kept(), KEPT_SECONDS)
            self._is_late = False
        except asyncio.TimeoutError:
            if not self._is_late:
                logger.warning(
                    "%s was not written within %g s; the station answers all the same. What "
                    "changes now may be wrong after a restart. Check the disk that it lies on.",
                    self._home.journal,
                    KEPT_SECONDS,
                )
            self._is_late = True

    def _keep_soon(self, entry: Entry) -> None:
        self._keeping.keep([entry])

    def _forgotten(self, dead: Iterable[Registration]) -> None:
        self._keeping.keep([Went.of(dead)])

    def _to_keep(self) -> list[Entry]:
        """Return all that the next run has to know: not the station's own, which are made anew."""
        services = (
            Came(one) for one in self._directory.all() if one.registration_id not in self._own
        )
        return [*services, *self._sessions.kept()]

    def _environment(self) -> Mapping[str, str]:
        # The key file, not the address: so they find the next run of the station as well.
        return environment_for(self._home.folder.absolute(), {ADDRESS_VARIABLE: ""})
