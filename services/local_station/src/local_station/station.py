"""The station as a hosted server: NI's three services in one process, at one port."""

from __future__ import annotations

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from local_station.discovery import wire as discovery
from local_station.discovery.directory import Directory
from local_station.discovery.servicer import DiscoveryServicer
from local_station.home import StationHome
from local_station.pin_map import wire as pin_map
from local_station.pin_map.servicer import PinMapServicer
from local_station.pin_map.store import PinMaps
from local_station.session_management import wire as session_management
from local_station.session_management.manager import SessionManager
from local_station.session_management.servicer import SessionManagementServicer
from session_sharing.discovery import ServiceDescriptor, ServiceLocation

REGISTERED = {
    pin_map.SERVICE_NAME: "Local Pin Map Service",
    session_management.SERVICE_NAME: "Local Session Management Service",
}
"""What is found through discovery; a service's class is the name of its interface."""

SERVED = (discovery.SERVICE_NAME, *REGISTERED)


class Station:
    """NI's services for one machine, with health checking and reflection.

    It is found through the key file in its home while it serves. The one event loop guards all
    that its services know.
    """

    def __init__(self, home: StationHome) -> None:
        self._home = home
        self._health = health.aio.HealthServicer()
        self._directory = Directory()
        self._pin_maps = PinMaps()
        self._sessions = SessionManager()

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add the servicers."""
        discovery.stubs.add_DiscoveryServiceServicer_to_server(
            DiscoveryServicer(self._directory), server
        )
        pin_map.stubs.add_PinMapServiceServicer_to_server(PinMapServicer(self._pin_maps), server)
        session_management.stubs.add_SessionManagementServiceServicer_to_server(
            SessionManagementServicer(self._pin_maps, self._sessions), server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (*SERVED, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)

    async def started(self, port: int) -> None:
        """Say SERVING, and let the station be found.

        Raises:
            UnavailableError: The key file cannot be written.
        """
        location = ServiceLocation("localhost", str(port))
        for name, display_name in REGISTERED.items():
            self._directory.register(ServiceDescriptor(display_name, name, (name,)), location)
        for service in ("", *SERVED):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        self._home.write_key_file(port)

    async def stopping(self) -> None:
        """Let the station be found no longer, say NOT_SERVING, and end all waiting."""
        self._home.remove_key_file()
        await self._health.enter_graceful_shutdown()
        self._sessions.stop()

    async def stopped(self) -> None:
        """Let another station have the home."""
        self._home.release()
