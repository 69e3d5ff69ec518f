"""The service's own contract: a thin adapter between its messages and the open devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import grpc.aio

from device_communication.service.device import Device
from device_communication.service.names import DeviceLocations, DeviceSettings, protocol_from_number
from device_communication.wire import device_communication_pb2 as pb2
from device_communication.wire import device_communication_pb2_grpc
from session_sharing.service import OneThread, SessionEngine, SessionRpc, explain
from session_sharing.wire.generated import session_pb2

Context = grpc.aio.ServicerContext[Any, Any]
T = TypeVar("T")


async def ask(handle: OneThread[Device], work: Callable[[Device], T]) -> T:
    """Have something done with a device.

    Raises:
        SharingError: The device refuses, fails, or does not answer in time.
    """
    try:
        return await handle.run(work)
    except OSError as error:
        raise explain(error, "talk to the device") from error


class DeviceCommunicationServicer(device_communication_pb2_grpc.DeviceCommunicationServicer):
    """Serves the project's own contract.

    Args:
        engine: Holds the sessions.
        locations: Finds devices with their settings.
    """

    def __init__(
        self, engine: SessionEngine[OneThread[Device]], locations: DeviceLocations
    ) -> None:
        self._sessions = SessionRpc(engine)
        self._locations = locations

    async def Initialize(
        self, request: pb2.InitializeRequest, context: Context
    ) -> pb2.InitializeResponse:
        """Create or attach to the session of a device."""
        protocol = protocol_from_number(request.protocol)
        settings = DeviceSettings(protocol, request.register_map, request.reset)
        locate = self._locations.locating(settings)
        session = await self._sessions.initialize(request.session, locate)
        return pb2.InitializeResponse(session=session)

    async def Close(self, request: pb2.CloseRequest, context: Context) -> pb2.CloseResponse:
        """Release an attachment."""
        return pb2.CloseResponse(session=await self._sessions.release(request.session))

    async def ReadRegister(
        self, request: pb2.ReadRegisterRequest, context: Context
    ) -> pb2.ReadRegisterResponse:
        """Return what a register holds."""
        value = await self._ask(
            request.attachment, lambda device: device.read_register(request.register_name)
        )
        return pb2.ReadRegisterResponse(value=value)

    async def WriteRegister(
        self, request: pb2.WriteRegisterRequest, context: Context
    ) -> pb2.WriteRegisterResponse:
        """Let a register hold a value."""
        name, value = request.register_name, request.value
        await self._ask(request.attachment, lambda device: device.write_register(name, value))
        return pb2.WriteRegisterResponse()

    async def ReadGpioChannel(
        self, request: pb2.ReadGpioChannelRequest, context: Context
    ) -> pb2.ReadGpioChannelResponse:
        """Return whether a line is high."""
        place = (request.port, request.channel)
        state = await self._ask(request.attachment, lambda device: device.read_gpio_channel(*place))
        return pb2.ReadGpioChannelResponse(state=state)

    async def WriteGpioChannel(
        self, request: pb2.WriteGpioChannelRequest, context: Context
    ) -> pb2.WriteGpioChannelResponse:
        """Set a line."""
        wish = (request.port, request.channel, request.state)
        await self._ask(request.attachment, lambda device: device.write_gpio_channel(*wish))
        return pb2.WriteGpioChannelResponse()

    async def ReadGpioPort(
        self, request: pb2.ReadGpioPortRequest, context: Context
    ) -> pb2.ReadGpioPortResponse:
        """Return the states of some lines of a port."""
        place = (request.port, request.mask)
        state = await self._ask(request.attachment, lambda device: device.read_gpio_port(*place))
        return pb2.ReadGpioPortResponse(state=state)

    async def WriteGpioPort(
        self, request: pb2.WriteGpioPortRequest, context: Context
    ) -> pb2.WriteGpioPortResponse:
        """Set some lines of a port."""
        wish = (request.port, request.mask, request.state)
        await self._ask(request.attachment, lambda device: device.write_gpio_port(*wish))
        return pb2.WriteGpioPortResponse()

    async def _ask(
        self, attachment: session_pb2.AttachmentReference, work: Callable[[Device], T]
    ) -> T:
        async with self._sessions.use(attachment) as handle:
            return await ask(handle, work)
