"""What each operation does with a device, and how `Initialize` says what it is opened with."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import Message

from device_communication.service.device import Device
from device_communication.service.names import (
    DeviceLocations,
    DeviceSettings,
    protocol_from_number,
)
from device_communication.wire import device_communication_pb2 as pb2
from session_sharing.errors import InternalError
from session_sharing.service import Located


def operate(device: Device, request: Message) -> Message:
    """Carry out one operation. All of one device are called in one thread, one by one.

    Raises:
        SharingError: It was refused; the text says what to do.
        OSError: The instrument reports an error.
    """
    match request:
        case pb2.ReadRegisterRequest(register_name=name):
            return pb2.ReadRegisterResponse(value=device.read_register(name))
        case pb2.WriteRegisterRequest(register_name=name, value=value):
            device.write_register(name, value)
            return pb2.WriteRegisterResponse()
        case pb2.ReadGpioChannelRequest(port=port, channel=channel):
            return pb2.ReadGpioChannelResponse(state=device.read_gpio_channel(port, channel))
        case pb2.WriteGpioChannelRequest(port=port, channel=channel, state=state):
            device.write_gpio_channel(port, channel, state)
            return pb2.WriteGpioChannelResponse()
        case pb2.ReadGpioPortRequest(port=port, mask=mask):
            return pb2.ReadGpioPortResponse(state=device.read_gpio_port(port, mask))
        case pb2.WriteGpioPortRequest(port=port, mask=mask, state=state):
            device.write_gpio_port(port, mask, state)
            return pb2.WriteGpioPortResponse()
        case _:
            raise InternalError(
                f"`operate` has no case for a {type(request).__name__} yet. Add one."
            )


def locating(
    locations: DeviceLocations,
) -> Callable[[pb2.InitializeRequest], Callable[[str], Located]]:
    """Return what finds a device with the settings of a request.

    Args:
        locations: Finds devices.
    """

    def locate(request: pb2.InitializeRequest) -> Callable[[str], Located]:
        protocol = protocol_from_number(request.protocol)
        settings = DeviceSettings(protocol, request.register_map, request.reset)
        return locations.locating(settings)

    return locate
