"""Finding a service and connecting to it, as often as that has to be done."""

from __future__ import annotations

import logging
from collections.abc import Callable

import grpc

from session_sharing.client.encryption import why_not_encrypted
from session_sharing.client.link import Link
from session_sharing.client.place import ServicePlace
from session_sharing.discovery.resolve import LOOK_UP_SECONDS
from session_sharing.errors import (
    NoStationError,
    OtherCertificateError,
    SharingError,
    UnknownClientError,
)
from session_sharing.information import ClientIdentity
from session_sharing.wire.status import error_from_call

_log = logging.getLogger(__name__)

_LOST_FOR_GOOD = (UnknownClientError, OtherCertificateError)
"""Why a client that comes back cannot be the one that it was."""


class Connector:
    """Connects to one service, wherever it is. For one thread.

    Args:
        place: Where the service is looked for.
        address: host:port where it was found just now; empty to look for it.
        identity: This process.
        show: Called with every link before it is opened, so that another thread can close it.

    Attributes:
        tried: host:port of the last attempt.
    """

    def __init__(
        self,
        place: ServicePlace,
        address: str,
        identity: ClientIdentity,
        show: Callable[[Link], None],
    ) -> None:
        self._place = place
        self._found = address
        self._identity = identity
        self._show = show
        self.tried = address

    def connect(self, last: Link | None) -> Link:
        """Find the service, and connect to it; if it does not know this client, as a new one.

        Args:
            last: The link to it that was lost; None if there was none.

        Raises:
            grpc.RpcError: The service is away, or refuses.
            SharingError: It was not found, is silent, or no secure connection is made.
            ValueError: The link was closed meanwhile.
        """
        try:
            address = self._look_up()
        except NoStationError as no_station:
            if last is None:
                raise
            try:
                return self._open_known_or_new(last.address, last.client_id)
            except (grpc.RpcError, SharingError):  # It is not where it was.
                raise no_station from None
        return self._open_known_or_new(address, last.client_id if last else "")

    def _open_known_or_new(self, address: str, client_id: str) -> Link:
        try:
            return self._open(address, client_id)
        except grpc.RpcError as failure:
            error = error_from_call(failure)
            if not client_id or not isinstance(error, _LOST_FOR_GOOD):
                raise
        _log.warning(
            "What this client held at %s is lost to it; it goes on as a new one: %s",
            address,
            error.message,
        )
        return self._open(address, "")

    def _look_up(self) -> str:
        found, self._found = self._found, ""
        return found or self._place.find(LOOK_UP_SECONDS)

    def _open(self, address: str, client_id: str) -> Link:
        self.tried = address
        link = Link(address, self._place.tls)
        try:
            self._show(link)
            link.open(self._identity, client_id)
        except grpc.RpcError as failure:
            link.close()
            raise why_not_encrypted(failure, address, self._place.tls) from failure
        except BaseException:
            link.close()
            raise
        return link
