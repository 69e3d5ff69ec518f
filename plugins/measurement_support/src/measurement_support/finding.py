"""Finding a measurement plug-in by its class, and what its caller is told if there is none."""

from __future__ import annotations

from difflib import get_close_matches

from session_sharing.client import ResolvingClient
from session_sharing.discovery import DiscoveryConnection, find_discovery, resolve_address
from session_sharing.errors import ServiceNotFoundError, SharingError

INTERFACE = "ni.measurementlink.measurement.v2.MeasurementService"
"""The interface of measurements, as registered in discovery."""


def find_plug_in(
    service_class: str, version: str, discovery_client: ResolvingClient | None = None
) -> str:
    """Return the host:port at which a plug-in listens.

    Args:
        service_class: The class under which it is registered.
        version: Its version; the latest if empty.
        discovery_client: An NI `DiscoveryClient`; by default discovery is found as all clients of
            the project find it.

    Raises:
        ServiceNotFoundError: There is none; similar classes that discovery knows are named.
        SharingError: There is no station.
    """
    try:
        return resolve_address(
            INTERFACE, service_class, version=version, discovery_client=discovery_client
        )
    except ServiceNotFoundError as error:
        if discovery_client is not None:
            raise  # It may ask another discovery than is found here.
        raise ServiceNotFoundError(error.message + _similar(service_class)) from error


def _similar(service_class: str) -> str:
    """Name the measurements that discovery knows under similar classes; nothing if none."""
    try:
        with DiscoveryConnection(find_discovery()) as discovery:
            known = {one.service_class for one in discovery.enumerate(INTERFACE)} - {service_class}
    except SharingError:  # It is told already that there is no such plug-in.
        return ""
    close = get_close_matches(service_class, sorted(known), 3)
    return f" Do you mean {' or '.join(close)}?" if close else ""
