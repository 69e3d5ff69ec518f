"""The client of device communication: what plug-ins and programs use a device through."""

from __future__ import annotations

import threading
from typing import Any

from device_communication.protocol import Protocol
from device_communication.wire import device_communication_pb2 as pb2
from device_communication.wire import device_communication_pb2_grpc
from session_sharing.client import (
    WAIT_SECONDS,
    ResolvingClient,
    SessionClient,
    SessionConstructor,
)
from session_sharing.errors import InvalidRequestError
from session_sharing.wire.generated import session_pb2

INSTRUMENT_TYPE = "DeviceCommunication"
"""The instrument type id of devices in the project's pin maps."""

WORD_BITS = 32


class DeviceCommunicationClient(SessionClient):
    """Uses the registers and GPIO lines of one device, through a session that may be shared.

    Calls of all clients of a session are carried out one after the other. Methods may be called
    from any thread. A call without an answer, because the service was started again for example,
    is sent again: a write may then be carried out twice, and somebody else's in between.

    What is given of `protocol`, `register_map` and `reset` has to be what the session was opened
    with. What is not given may be anything; only who creates a session has to name the protocol.

    Args:
        resource: The name of the device, without regard to letter case; it may end in
            `?client=NAME`.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        protocol: How the device is talked to; the number of NI's enumeration is taken as well.
        register_map: The path of a CSV file, relative to the service's data folder. A session
            that is opened without one has no registers.
        reset: Open the session with the device in its default state. An open session is never
            reset: asking for it is refused unless the session began with it.
        discovery_client: An NI `DiscoveryClient` to find the service by.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds.
        wait_closed: How long a close waits, in seconds, for others to let go of the device.
        take_over_orphan: Let a behaviour that creates close a session first that is nobody's any
            more: left open by a creator that is known to be dead.
        give_up: Set it, from any thread, to wait no more for a service that is away.

    Raises:
        PreconditionError: A session is open with another protocol, register map or reset.
        SharingError: The service cannot be reached, or refuses the session.
    """

    PROVIDED_INTERFACE = "session_sharing.device_communication.v1.DeviceCommunication"
    SERVICE_CLASS = "ni.DeviceControl.CommService"

    def __init__(
        self,
        resource: str,
        behavior: int = 0,
        *,
        protocol: int = Protocol.UNSPECIFIED,
        register_map: str = "",
        reset: bool = False,
        discovery_client: ResolvingClient | None = None,
        address: str | None = None,
        wait: float = WAIT_SECONDS,
        wait_closed: float | None = None,
        take_over_orphan: bool = False,
        give_up: threading.Event | None = None,
    ) -> None:
        self._wish = pb2.InitializeRequest(
            protocol=int(protocol),  # type: ignore[arg-type]  # open enum
            register_map=register_map,
            reset=reset,
        )
        super().__init__(
            resource,
            behavior,
            discovery_client=discovery_client,
            address=address,
            wait=wait,
            wait_closed=wait_closed,
            take_over_orphan=take_over_orphan,
            give_up=give_up,
        )

    def read_register(self, name: str) -> int:
        """Return what a register holds.

        Raises:
            NotFoundError: The device has no such register.
            AccessDeniedError: The register is reserved.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.ReadRegisterRequest(attachment=self._attachment, register_name=name)
        value: int = self._call(lambda: self._stub.ReadRegister, request).value
        return value

    def write_register(self, name: str, value: int) -> None:
        """Let a register hold a value.

        Raises:
            NotFoundError: The device has no such register.
            AccessDeniedError: The register is read-only or reserved.
            InvalidRequestError: The value has more bits than the register, or is negative.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.WriteRegisterRequest(
            attachment=self._attachment, register_name=name, value=_word("value", value)
        )
        self._call(lambda: self._stub.WriteRegister, request)

    def read_gpio_channel(self, port: int, channel: int) -> bool:
        """Return whether a line is high.

        Args:
            port: 0 to 3.
            channel: 0 to 7.

        Raises:
            InvalidRequestError: There is no such line.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.ReadGpioChannelRequest(
            attachment=self._attachment, port=_word("port", port), channel=_word("channel", channel)
        )
        state: bool = self._call(lambda: self._stub.ReadGpioChannel, request).state
        return state

    def write_gpio_channel(self, port: int, channel: int, state: bool) -> None:
        """Set a line.

        Args:
            port: 0 to 3.
            channel: 0 to 7.
            state: Whether it is high.

        Raises:
            InvalidRequestError: There is no such line.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.WriteGpioChannelRequest(
            attachment=self._attachment,
            port=_word("port", port),
            channel=_word("channel", channel),
            state=state,
        )
        self._call(lambda: self._stub.WriteGpioChannel, request)

    def read_gpio_port(self, port: int, mask: int = 0xFF) -> int:
        """Return the states of some lines of a port, read at once.

        Args:
            port: 0 to 3.
            mask: A bit for each line that is wanted, 1 for channel 0; all others read 0.

        Raises:
            InvalidRequestError: There is no such port, or the mask names more than eight lines.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.ReadGpioPortRequest(
            attachment=self._attachment, port=_word("port", port), mask=_word("mask", mask)
        )
        state: int = self._call(lambda: self._stub.ReadGpioPort, request).state
        return state

    def write_gpio_port(self, port: int, mask: int, state: int) -> None:
        """Set some lines of a port at once; nobody else's call comes in between.

        Args:
            port: 0 to 3.
            mask: A bit for each line that is set, 1 for channel 0; the others stay as they are.
            state: What they are set to.

        Raises:
            InvalidRequestError: There is no such port, or mask or state name more lines.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.WriteGpioPortRequest(
            attachment=self._attachment,
            port=_word("port", port),
            mask=_word("mask", mask),
            state=_word("state", state),
        )
        self._call(lambda: self._stub.WriteGpioPort, request)

    @property
    def _stub(self) -> device_communication_pb2_grpc.DeviceCommunicationStub:
        return self._on_channel(device_communication_pb2_grpc.DeviceCommunicationStub)

    def _call_initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        self._wish.session.CopyFrom(request)
        return self._call(lambda: self._stub.Initialize, self._wish, timeout=timeout).session

    def _call_close(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        wanted = pb2.CloseRequest(session=request)
        return self._call(lambda: self._stub.Close, wanted, timeout=timeout).session


class DeviceCommunicationSessionConstructor(SessionConstructor[DeviceCommunicationClient]):
    """Opens a `DeviceCommunicationClient` for NI's `reservation.initialize_session(...)`.

    Args:
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        **client_options: Further arguments of `DeviceCommunicationClient`, such as `protocol`.
    """

    def __init__(self, behavior: int = 0, **client_options: Any) -> None:  # noqa: ANN401
        super().__init__(DeviceCommunicationClient, behavior, **client_options)


def _word(what: str, number: int) -> int:
    """Return a number that has a place in a request; what it may be, the service decides.

    Raises:
        InvalidRequestError: It has none.
    """
    if not 0 <= number < 1 << WORD_BITS:
        raise InvalidRequestError(f"The {what} {number} is not from 0 to {(1 << WORD_BITS) - 1}.")
    return int(number)
