"""A connection to a discovery service: NI's, or the local station's, which is alike on the wire."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from session_sharing.discovery.address import channel_options
from session_sharing.discovery.descriptions import (
    ActiveService,
    ServiceDescriptor,
    ServiceLocation,
)
from session_sharing.discovery.failures import (
    error_of,
    is_away,
    is_late,
    is_unknown,
    not_told,
    wanted_service,
)
from session_sharing.discovery.location import DiscoveryPlace
from session_sharing.wire.generated import discovery_pb2 as wire

_SERVICE = "/ni.measurementlink.discovery.v1.DiscoveryService/"
_Answer = TypeVar("_Answer", bound=Message)

_LOOKING = 0.8
"""For which part of its time a look-up waits; in the rest it finds out whether discovery lives."""

_NOBODY = "session_sharing.nobody.has.this.interface"


class DiscoveryConnection:
    """A connection to one discovery service, for any number of calls from any number of threads.

    Each method blocks for at most `timeout` seconds. grpc's channel guards itself, and there is no
    other state. Use it as a context manager, or `close()` it.

    Args:
        place: Where discovery is, as host:port or as `find_discovery()` found it.
        timeout: The longest that a call may take, in seconds.

    Raises:
        InvalidRequestError: The place is no address.
    """

    def __init__(self, place: str | DiscoveryPlace, *, timeout: float = 5.0) -> None:
        self._place = place if isinstance(place, DiscoveryPlace) else DiscoveryPlace(place)
        self._timeout = timeout
        self._channel = grpc.insecure_channel(self.address, options=_options(self.address))

    @property
    def address(self) -> str:
        """The host:port of the discovery service."""
        return self._place.address

    def register(self, descriptor: ServiceDescriptor, location: ServiceLocation) -> str:
        """Make a service known, and return the registration id that `unregister` takes.

        Raises:
            NoStationError: Discovery does not answer.
            InvalidRequestError: The descriptor or the location is incomplete, or the version none.
        """
        request = wire.RegisterServiceRequest(
            service_description=_descriptor_message(descriptor),
            location=wire.ServiceLocation(
                location=location.location,
                insecure_port=location.insecure_port,
                ssl_authenticated_port=location.ssl_authenticated_port,
            ),
        )
        return self._call("RegisterService", request, wire.RegisterServiceResponse).registration_id

    def unregister(self, registration_id: str) -> None:
        """Make a service unknown again; an id that is not known is no error.

        Raises:
            NoStationError: Discovery does not answer.
        """
        request = wire.UnregisterServiceRequest(registration_id=registration_id)
        self._call("UnregisterService", request, wire.UnregisterServiceResponse)

    def resolve(
        self, provided_interface: str, service_class: str = "", version: str = ""
    ) -> ServiceLocation:
        """Return where a service listens.

        Args:
            provided_interface: The full name of the gRPC service.
            service_class: The class; may be empty where only one class offers the interface.
            version: The version; the latest if empty.

        Raises:
            NoStationError: Discovery does not answer.
            ServiceNotFoundError: No such service is running; or discovery answers, but did not say
                in time where it is, as while the service is started. Then ask again.
            PreconditionError: Several classes offer the interface, and none was named.
        """
        request = wire.ResolveServiceRequest(
            provided_interface=provided_interface, service_class=service_class, version=version
        )
        wanted = wanted_service(provided_interface, service_class, version)
        try:
            found = self._ask("ResolveService", request, wire.ServiceLocation, _LOOKING)
        except grpc.RpcError as failure:
            if is_late(failure) and self._lives():
                raise not_told(self._place, wanted, _LOOKING * self._timeout) from failure
            others = self._interfaces(service_class) if is_unknown(failure) else []
            others = [] if provided_interface in others else others
            raise error_of(failure, self._place, wanted, others) from failure
        return _location(found)

    def enumerate(
        self, provided_interface: str = "", service_class: str = ""
    ) -> list[ServiceDescriptor]:
        """Return the known services; all versions of a class share one descriptor.

        Args:
            provided_interface: Only those with this interface; all if empty.
            service_class: Only those of this class; all if empty.

        Raises:
            NoStationError: Discovery does not answer.
        """
        request = wire.EnumerateServicesRequest(
            provided_interface=provided_interface, service_class=service_class
        )
        answer = self._call("EnumerateServices", request, wire.EnumerateServicesResponse)
        return [_descriptor(found) for found in answer.available_services]

    def enumerate_active(
        self, provided_interface: str = "", service_class: str = ""
    ) -> list[ActiveService]:
        """Return every running instance.

        Args:
            provided_interface: Only those with this interface; all if empty.
            service_class: Only those of this class; all if empty.

        Raises:
            NoStationError: Discovery does not answer.
            UnavailableError: Discovery is too old to know this call.
        """
        request = wire.EnumerateActiveServicesRequest(
            provided_interface=provided_interface, service_class=service_class
        )
        response = wire.EnumerateActiveServicesResponse
        answer = self._call("EnumerateActiveServices", request, response)
        return [
            ActiveService(_descriptor(found.service_descriptor), _location(found.service_location))
            for found in answer.active_services
        ]

    def close(self) -> None:
        """Close the connection; calls under way end with NoStationError."""
        self._channel.close()

    def __enter__(self) -> DiscoveryConnection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _interfaces(self, service_class: str) -> list[str]:
        """Return the interfaces of a class, for the text of an error; none if it is not known."""
        if not service_class:
            return []
        request = wire.EnumerateServicesRequest(service_class=service_class)
        response = wire.EnumerateServicesResponse
        try:
            answer = self._ask("EnumerateServices", request, response, 1 - _LOOKING)
        except grpc.RpcError:
            return []  # What it was asked for before is told in any case.
        found = answer.available_services
        return sorted({name for service in found for name in service.provided_interfaces})

    def _lives(self) -> bool:
        """Tell whether discovery answers a question that it answers at once, whatever that is."""
        request = wire.EnumerateServicesRequest(provided_interface=_NOBODY)
        response = wire.EnumerateServicesResponse
        try:
            self._ask("EnumerateServices", request, response, 1 - _LOOKING)
        except grpc.RpcError as failure:
            return not (is_late(failure) or is_away(failure))
        return True

    def _call(self, method: str, request: Message, answer: type[_Answer]) -> _Answer:
        try:
            return self._ask(method, request, answer)
        except grpc.RpcError as failure:
            raise error_of(failure, self._place) from failure

    def _ask(
        self, method: str, request: Message, answer: type[_Answer], share: float = 1.0
    ) -> _Answer:
        """Call, for a share of the time that a call may take; raises what gRPC does."""
        call: Callable[..., Any] = self._channel.unary_unary(
            _SERVICE + method,
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        response: _Answer = call(request, timeout=share * self._timeout)
        return response


def _options(address: str) -> list[tuple[str, int]]:
    return [
        *channel_options(address),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1000),
    ]


def _descriptor_message(descriptor: ServiceDescriptor) -> wire.ServiceDescriptor:
    return wire.ServiceDescriptor(
        display_name=descriptor.display_name,
        description_url=descriptor.description_url,
        provided_interfaces=descriptor.provided_interfaces,
        service_class=descriptor.service_class,
        annotations=descriptor.annotations,
        versions=descriptor.versions,
    )


def _descriptor(message: wire.ServiceDescriptor) -> ServiceDescriptor:
    return ServiceDescriptor(
        display_name=message.display_name,
        service_class=message.service_class,
        provided_interfaces=tuple(message.provided_interfaces),
        versions=tuple(message.versions),
        description_url=message.description_url,
        annotations=dict(message.annotations),
    )


def _location(message: wire.ServiceLocation) -> ServiceLocation:
    return ServiceLocation(message.location, message.insecure_port, message.ssl_authenticated_port)
