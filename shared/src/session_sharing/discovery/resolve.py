"""How a client library finds its service."""

from __future__ import annotations

from typing import Protocol

import grpc

from session_sharing.discovery.client import DiscoveryConnection
from session_sharing.discovery.descriptions import ServiceLocation
from session_sharing.discovery.failures import error_of, other_port_only, wanted_service
from session_sharing.discovery.location import DiscoveryPlace, find_discovery
from session_sharing.errors import NoStationError

LOOK_UP_SECONDS = 5.0


class _Resolved(Protocol):
    @property
    def location(self) -> str: ...
    @property
    def insecure_port(self) -> str: ...
    @property
    def ssl_authenticated_port(self) -> str: ...


class ResolvingClient(Protocol):
    """What is used of NI's `DiscoveryClient`."""

    def resolve_service(
        self, provided_interface: str, service_class: str, *, version: str = ""
    ) -> _Resolved:
        """Return where a service listens."""
        ...


def resolve_address(
    provided_interface: str,
    service_class: str,
    *,
    version: str = "",
    discovery_client: ResolvingClient | None = None,
    timeout: float = LOOK_UP_SECONDS,
    encrypted: bool = False,
) -> str:
    """Return the host:port at which a service listens now.

    Args:
        provided_interface: The full name of the gRPC service.
        service_class: The class of the service.
        version: Its version; the latest if empty.
        discovery_client: An NI `DiscoveryClient`, or whatever has its `resolve_service`; None to
            find discovery by the environment, NI's software or the local station's key file.
        timeout: How long to wait for discovery, in seconds; a given client has its own limits.
        encrypted: Whether the encrypted port is wanted; there is no way to the other one then.

    Raises:
        NoStationError: No discovery service answers.
        ServiceNotFoundError: Discovery answers, but no such service is running, or it is only
            being started.
        UnavailableError: The service offers only the other kind of port.
        AccessDeniedError: The local station's folder belongs to somebody else.
        InvalidRequestError: The environment names something that is no address.
    """
    if discovery_client is None:
        with DiscoveryConnection(find_discovery(), timeout=timeout) as connection:
            location = connection.resolve(provided_interface, service_class, version)
    else:
        found = _ask(discovery_client, provided_interface, service_class, version)
        # Who does not encrypt does well with clients that tell of no encrypted port.
        tls_port = found.ssl_authenticated_port if encrypted else ""
        location = ServiceLocation(found.location, found.insecure_port, tls_port)
    address = address_at(location, encrypted=encrypted)
    if not address:
        wanted = wanted_service(provided_interface, service_class, version)
        raise other_port_only(wanted, encrypted=encrypted)
    return address


def address_at(location: ServiceLocation, *, encrypted: bool) -> str:
    """Return the host:port of a service; nothing if it has no such port.

    Args:
        location: Where the service listens.
        encrypted: Whether the encrypted port is wanted.
    """
    if encrypted:
        return location.encrypted_address if location.ssl_authenticated_port else ""
    return location.insecure_address if location.insecure_port else ""


def _ask(
    client: ResolvingClient, provided_interface: str, service_class: str, version: str
) -> _Resolved:
    """Ask NI's client, and turn what it raises into errors of this library."""
    wanted = {"provided_interface": provided_interface, "service_class": service_class}
    try:
        # The first clients of NI's know no versions.
        return client.resolve_service(**wanted, **({"version": version} if version else {}))
    except grpc.RpcError as failure:
        place = DiscoveryPlace("the address of the given discovery client")
        raise error_of(
            failure, place, wanted_service(provided_interface, service_class, version)
        ) from failure
    except NotImplementedError as error:
        raise NoStationError(
            "The given discovery client works only with NI's software, which this machine has not. "
            "Call session_sharing.join_local_station() at the start of the program, or start it "
            "with: python -m session_sharing run PROGRAM"
        ) from error
    except OSError as error:
        raise NoStationError(
            f"The given discovery client finds no discovery service: {error}"
        ) from error
