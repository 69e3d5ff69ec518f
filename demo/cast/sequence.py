"""What a test does around its measurements, as TestStand does it: by NI's own clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import grpc
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1.client import (
    MultiSessionReservation,
    PinMapContext,
    SessionManagementClient,
)
from ni_grpc_extensions.channelpool import GrpcChannelPool

from demo.cast.wire import SESSION_MANAGEMENT, known_sessions
from measurement_support.log_sessions import LogConstructor, opened_logs
from session_sharing import Behavior

RESERVE_SECONDS = 10.0
"""How long a reservation is waited for."""

SITES = [0]
"""The sites of the pin maps: these have one."""


class TestSequence:
    """Registers pin maps, opens logs before a test and closes them after it.

    Methods may be called from any thread, one at a time. Use it as a context manager: it closes
    its connections.
    """

    __test__ = False  # pytest: this is none of its tests

    def __init__(self) -> None:
        self._channels = GrpcChannelPool()
        self._discovery = DiscoveryClient(grpc_channel_pool=self._channels)
        self._sessions = SessionManagementClient(
            discovery_client=self._discovery, grpc_channel_pool=self._channels
        )
        self._pin_maps = PinMapClient(
            discovery_client=self._discovery, grpc_channel_pool=self._channels
        )

    def register_pin_map(self, path: Path) -> str:
        """Register a pin map; return its id.

        Raises:
            grpc.RpcError: The pin map service refuses it, or does not answer.
        """
        return self._pin_maps.update_pin_map(path)

    def set_up(self, pin_map_id: str, pins: Sequence[str]) -> None:
        """Open the logs at these pins, files and databases, leave them open, and register them.

        Raises:
            grpc.RpcError: They cannot be reserved or registered.
            SharingError: They cannot be opened.
        """
        constructor = LogConstructor(Behavior.INITIALIZE_SESSION_THEN_DETACH)
        with (
            self._reserve(pin_map_id, pins) as reservation,
            opened_logs(reservation, constructor) as opened,
        ):
            try:
                self._sessions.register_sessions(reservation.session_info)
            except grpc.RpcError:
                for info in opened:  # No Cleanup would find them, so they must not stay open.
                    info.session.close()
                raise

    def clean_up(self) -> None:
        """Close all registered logs, files and databases, and unregister them.

        Raises:
            grpc.RpcError: They cannot be reserved or unregistered.
            SharingError: They cannot be closed.
        """
        constructor = LogConstructor(Behavior.ATTACH_TO_SESSION_THEN_CLOSE)
        with self._sessions.reserve_all_registered_sessions(timeout=RESERVE_SECONDS) as reservation:
            # First: what cannot be closed any more would else be registered for ever.
            self._sessions.unregister_sessions(reservation.session_info)
            with opened_logs(reservation, constructor):
                pass  # Leaving the block closes them.

    @contextmanager
    def reserved(self, pin_map_id: str, pins: Sequence[str] | None) -> Iterator[None]:
        """Have what is connected to these pins reserved, or all of the pin map, and do nothing.

        Raises:
            grpc.RpcError: It cannot be reserved.
        """
        with self._sessions.reserve_sessions(
            PinMapContext(pin_map_id, SITES), pins, timeout=RESERVE_SECONDS
        ):
            yield

    def left(self, pin_map_id: str) -> list[str]:
        """Wait until all of a pin map is free; return what is reserved or registered all the same.

        Raises:
            grpc.RpcError: Something does not become free; the text says who has it.
        """
        with self.reserved(pin_map_id, None):
            pass
        location = self._discovery.resolve_service(SESSION_MANAGEMENT, SESSION_MANAGEMENT)
        return known_sessions(self._channels.get_channel(location.insecure_address))

    def _reserve(self, pin_map_id: str, pins: Sequence[str]) -> MultiSessionReservation:
        context = PinMapContext(pin_map_id, SITES)
        return self._sessions.reserve_sessions(context, pins, timeout=RESERVE_SECONDS)

    def __enter__(self) -> TestSequence:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._channels.close()
