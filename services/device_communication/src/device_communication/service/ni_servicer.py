"""NI's contract as a second door to the same sessions and devices.

A client of this door makes no attachment: it is counted nowhere and keeps nothing open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import grpc.aio

from device_communication.service.device import Device
from device_communication.service.names import DeviceLocations, DeviceSettings, protocol_from_number
from device_communication.service.ni_wire import device_communication_pb2 as pb2
from device_communication.service.ni_wire import device_communication_pb2_grpc
from session_sharing.behavior import Behavior
from session_sharing.errors import InvalidRequestError
from session_sharing.service import OneThread, SessionEngine, explain_use

Context = grpc.aio.ServicerContext[Any, Any]
T = TypeVar("T")


class NiDeviceCommunicationServicer(device_communication_pb2_grpc.DeviceCommunicationServicer):
    """Serves NI's contract.

    Args:
        engine: Holds the sessions.
        locations: Finds devices with their settings.
    """

    def __init__(
        self, engine: SessionEngine[OneThread[Device]], locations: DeviceLocations
    ) -> None:
        self._engine = engine
        self._locations = locations

    async def Initialize(
        self, request: pb2.InitializeRequest, context: Context
    ) -> pb2.InitializeResponse:
        """Create or find the session of a device."""
        number = int(request.initialization_behavior)
        if number > Behavior.ATTACH_TO_SERVER_SESSION:
            raise InvalidRequestError(
                f"{number} is no initialization behaviour of this contract. Use 0 (attach or "
                "create), 1 (create) or 2 (attach)."
            )
        protocol = protocol_from_number(request.protocol)
        settings = DeviceSettings(protocol, request.register_map_path, request.reset)
        initialized = await self._engine.initialize(
            request.resource_name, number, locate=self._locations.locating(settings)
        )
        return pb2.InitializeResponse(
            session_name=initialized.session_name, new_session=initialized.new_session
        )

    async def ReadRegister(
        self, request: pb2.ReadRegisterRequest, context: Context
    ) -> pb2.ReadRegisterResponse:
        """Return what a register holds."""
        value = await self._ask(
            request.session_name, lambda device: device.read_register(request.register_name)
        )
        return pb2.ReadRegisterResponse(value=value)

    async def WriteRegister(
        self, request: pb2.WriteRegisterRequest, context: Context
    ) -> pb2.StatusResponse:
        """Let a register hold a value."""
        name, value = request.register_name, request.value
        await self._ask(request.session_name, lambda device: device.write_register(name, value))
        return pb2.StatusResponse()

    async def ReadGpioChannel(
        self, request: pb2.ReadGpioChannelRequest, context: Context
    ) -> pb2.ReadGpioChannelResponse:
        """Return whether a line is high."""
        place = (request.port, request.channel)
        state = await self._ask(
            request.session_name, lambda device: device.read_gpio_channel(*place)
        )
        return pb2.ReadGpioChannelResponse(state=state)

    async def WriteGpioChannel(
        self, request: pb2.WriteGpioChannelRequest, context: Context
    ) -> pb2.StatusResponse:
        """Set a line."""
        wish = (request.port, request.channel, request.state)
        await self._ask(request.session_name, lambda device: device.write_gpio_channel(*wish))
        return pb2.StatusResponse()

    async def ReadGpioPort(
        self, request: pb2.ReadGpioPortRequest, context: Context
    ) -> pb2.ReadGpioPortResponse:
        """Return the states of some lines of a port."""
        place = (request.port, request.mask)
        state = await self._ask(request.session_name, lambda device: device.read_gpio_port(*place))
        return pb2.ReadGpioPortResponse(state=state)

    async def WriteGpioPort(
        self, request: pb2.WriteGpioPortRequest, context: Context
    ) -> pb2.StatusResponse:
        """Set some lines of a port."""
        wish = (request.port, request.mask, request.state)
        await self._ask(request.session_name, lambda device: device.write_gpio_port(*wish))
        return pb2.StatusResponse()

    async def Close(self, request: pb2.CloseRequest, context: Context) -> pb2.StatusResponse:
        """Ask to close: at once, or when the last attachment goes."""
        await self._engine.close_anonymously(request.session_name)
        return pb2.StatusResponse()

    async def _ask(self, session_name: str, work: Callable[[Device], T]) -> T:
        async with self._engine.use(session_name, anonymous=True) as handle:
            try:
                return await handle.run(work)
            except OSError as error:
                raise explain_use(error, "talk to the device") from error
