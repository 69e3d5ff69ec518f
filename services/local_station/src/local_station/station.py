"""The station as a hosted server."""

from __future__ import annotations

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from local_station.discovery.directory import Directory
from local_station.home import StationHome
from local_station.discovery.servicer import DiscoveryServicer
from local_station.discovery.wire import SERVICE_NAME, stubs


class Station:
    """NI's Discovery Service for one machine, with health checking and reflection.

    It is found through the key file in its home while it serves.
    """

    def __init__(self, home: StationHome) -> None:
        self._home = home
        self._health = health.aio.HealthServicer()

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add the servicers."""
        stubs.add_DiscoveryServiceServicer_to_server(DiscoveryServicer(Directory()), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)

    async def started(self, port: int) -> None:
        """Say SERVING, and let the station be found.

        Raises:
            UnavailableError: The key file cannot be written.
        """
        for service in ("", SERVICE_NAME):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        self._home.write_key_file(port)

    async def stopping(self) -> None:
        """Let the station be found no longer, and say NOT_SERVING."""
        self._home.remove_key_file()
        await self._health.enter_graceful_shutdown()

    async def stopped(self) -> None:
        """Let another station have the home."""
        self._home.release()
