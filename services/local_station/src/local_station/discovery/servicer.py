"""NI's discovery interface on top of the directory."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from local_station.discovery.activation import Activation
from local_station.discovery.directory import Directory
from local_station.discovery.kept import Came, Went
from local_station.discovery.lookup import Lookup
from local_station.discovery.model import Wanted
from local_station.discovery.places import Places
from local_station.discovery.wire import (
    active_to_wire,
    check_size,
    descriptor_from_wire,
    descriptor_to_wire,
    location_from_wire,
    location_to_wire,
    messages,
    stubs,
    wanted_by_enumerate,
    wanted_by_resolve,
)
from local_station.keeping import Entry

logger = logging.getLogger(__name__)


class DiscoveryServicer(stubs.DiscoveryServiceServicer):
    """Answers NI's calls; what goes wrong is raised as a `SharingError`, for an interceptor.

    Args:
        directory: What is registered.
        lookup: What is found.
        activation: Is told what has registered.
        places: Is told so, too.
        keep: Notes a change; returns when it would survive a restart.
    """

    def __init__(
        self,
        directory: Directory,
        lookup: Lookup,
        activation: Activation,
        places: Places,
        keep: Callable[[Entry], Awaitable[None]],
    ) -> None:
        self._directory = directory
        self._lookup = lookup
        self._activation = activation
        self._places = places
        self._keep = keep

    async def RegisterService(
        self, request: messages.RegisterServiceRequest, context: object
    ) -> messages.RegisterServiceResponse:
        """Make a service known."""
        check_size(request)
        descriptor = descriptor_from_wire(request.service_description)
        location = location_from_wire(request.location)
        if self._directory.is_full:
            await self._lookup.forget_dead(Wanted())
        registration = self._directory.register(descriptor, location)
        logger.info("registered %s", registration)
        self._activation.registered(registration.descriptor)
        self._places.registered(registration)
        await self._keep(Came(registration))
        return messages.RegisterServiceResponse(registration_id=registration.registration_id)

    async def UnregisterService(
        self, request: messages.UnregisterServiceRequest, context: object
    ) -> messages.UnregisterServiceResponse:
        """Make a service unknown again."""
        registration = self._directory.unregister(request.registration_id)
        if registration is not None:
            logger.info("unregistered %s", registration)
            await self._keep(Went((request.registration_id,)))
        return messages.UnregisterServiceResponse()

    async def EnumerateServices(
        self, request: messages.EnumerateServicesRequest, context: object
    ) -> messages.EnumerateServicesResponse:
        """List the known services, one entry for all versions of a class."""
        found, unreachable = await self._lookup.enumerate(wanted_by_enumerate(request))
        return messages.EnumerateServicesResponse(
            available_services=[descriptor_to_wire(descriptor) for descriptor in found],
            unreachable=unreachable,
        )

    async def ResolveService(
        self, request: messages.ResolveServiceRequest, context: object
    ) -> messages.ServiceLocation:
        """Say where a service listens."""
        found = await self._lookup.resolve(wanted_by_resolve(request))
        return location_to_wire(found.location)

    async def ResolveServiceWithInformation(
        self, request: messages.ResolveServiceWithInformationRequest, context: object
    ) -> messages.ResolveServiceWithInformationResponse:
        """Say where a service listens, and what it is; its one version included."""
        found = await self._lookup.resolve(wanted_by_resolve(request))
        return messages.ResolveServiceWithInformationResponse(
            service_location=location_to_wire(found.location),
            service_descriptor=descriptor_to_wire(found.descriptor),
        )

    async def EnumerateComputeNodes(
        self, request: messages.EnumerateComputeNodesRequest, context: object
    ) -> messages.EnumerateComputeNodesResponse:
        """List no other computer: the station serves this one only."""
        return messages.EnumerateComputeNodesResponse()

    async def EnumerateActiveServices(
        self, request: messages.EnumerateActiveServicesRequest, context: object
    ) -> messages.EnumerateActiveServicesResponse:
        """List every running instance."""
        found = await self._lookup.active(wanted_by_enumerate(request))
        return messages.EnumerateActiveServicesResponse(
            active_services=[active_to_wire(registration) for registration in found]
        )
