"""NI's messages, and what they say in this package's terms. Nothing else imports NI's stubs."""

from __future__ import annotations

from typing import Protocol

from ni.measurementlink.discovery.v1 import discovery_service_pb2 as messages
from ni.measurementlink.discovery.v1 import discovery_service_pb2_grpc as stubs

from local_station.discovery.model import Registration, Wanted
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.errors import NotFoundError, TooLargeError

__all__ = [
    "SERVICE_NAME",
    "active_to_wire",
    "check_size",
    "descriptor_from_wire",
    "descriptor_to_wire",
    "location_from_wire",
    "location_to_wire",
    "messages",
    "stubs",
    "wanted_by_enumerate",
    "wanted_by_resolve",
]

MAX_REGISTRATION = 32_768
"""How long the registration of a service may be, in bytes."""

SERVICE_NAME = messages.DESCRIPTOR.services_by_name["DiscoveryService"].full_name


class _EnumerateRequest(Protocol):
    @property
    def provided_interface(self) -> str: ...
    @property
    def service_class(self) -> str: ...


class _ResolveRequest(_EnumerateRequest, Protocol):
    @property
    def deployment_target(self) -> str: ...
    @property
    def version(self) -> str: ...


def wanted_by_enumerate(request: _EnumerateRequest) -> Wanted:
    """Return which services an enumeration means."""
    return Wanted(request.provided_interface, request.service_class)


def wanted_by_resolve(request: _ResolveRequest) -> Wanted:
    """Return which service a resolution means.

    Raises:
        NotFoundError: It shall be on another computer; a local station knows of none.
    """
    if request.deployment_target:
        raise NotFoundError(
            f"There is no compute node {request.deployment_target!r}: a local station knows of "
            "this computer only. Leave deployment_target empty."
        )
    return Wanted(request.provided_interface, request.service_class, request.version)


def check_size(request: messages.RegisterServiceRequest) -> None:
    """Refuse a registration that tells too much: an answer has to have room for all services.

    Raises:
        TooLargeError: It does.
    """
    size = request.ByteSize()
    if size > MAX_REGISTRATION:
        raise TooLargeError(
            f"The registration has {size} bytes; {MAX_REGISTRATION} are allowed. "
            "Shorten its annotations.",
            size=size,
            limit=MAX_REGISTRATION,
        )


def descriptor_from_wire(message: messages.ServiceDescriptor) -> ServiceDescriptor:
    """Return what a message tells of a service."""
    return ServiceDescriptor(
        display_name=message.display_name,
        service_class=message.service_class,
        provided_interfaces=tuple(message.provided_interfaces),
        versions=tuple(message.versions),
        description_url=message.description_url,
        annotations=dict(message.annotations),
    )


def descriptor_to_wire(descriptor: ServiceDescriptor) -> messages.ServiceDescriptor:
    """Return the message that tells of a service."""
    return messages.ServiceDescriptor(
        display_name=descriptor.display_name,
        description_url=descriptor.description_url,
        provided_interfaces=descriptor.provided_interfaces,
        service_class=descriptor.service_class,
        annotations=descriptor.annotations,
        versions=descriptor.versions,
    )


def location_from_wire(message: messages.ServiceLocation) -> ServiceLocation:
    """Return where a message says that a service listens."""
    return ServiceLocation(message.location, message.insecure_port, message.ssl_authenticated_port)


def location_to_wire(location: ServiceLocation) -> messages.ServiceLocation:
    """Return the message that says where a service listens."""
    return messages.ServiceLocation(
        location=location.location,
        insecure_port=location.insecure_port,
        ssl_authenticated_port=location.ssl_authenticated_port,
    )


def active_to_wire(registration: Registration) -> messages.ActiveServiceInformation:
    """Return the message that tells of a running instance."""
    return messages.ActiveServiceInformation(
        service_descriptor=descriptor_to_wire(registration.descriptor),
        service_location=location_to_wire(registration.location),
    )
