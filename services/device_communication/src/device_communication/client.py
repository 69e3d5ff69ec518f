"""The client of device communication: what plug-ins and programs use a device through."""

from __future__ import annotations

import os
import threading
from typing import Any

from google.protobuf.message import Message

from device_communication.arguments import flag, path, text, word
from device_communication.protocol import Protocol
from device_communication.wire import device_communication_pb2 as pb2
from session_sharing.client import (
    WAIT_SECONDS,
    OperatingClient,
    ResolvingClient,
    SessionConstructor,
)
from session_sharing.tls import TlsFiles

INSTRUMENT_TYPE = "DeviceCommunication"
"""The instrument type id of devices in the project's pin maps."""

ENUM_BITS = 31


class DeviceCommunicationClient(OperatingClient):
    """Uses the registers and GPIO lines of one device, through a session that may be shared.

    Calls of all clients of a session are carried out one after the other. Methods may be called
    from any thread. A read without an answer, because the service was started again for example,
    is sent again. A write is not, unless it was certainly not begun: else it might be carried out
    twice, and undo what somebody else wrote in between. That its outcome is unknown is told.

    What is given of `protocol`, `register_map` and `reset` has to be what the session was opened
    with. What is not given may be anything; only who creates a session has to name the protocol.

    Args:
        resource: The name of the device, without regard to letter case; it may end in
            `?client=NAME`.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        protocol: How the device is talked to; the number of NI's enumeration is taken as well.
        register_map: The path of a CSV file, relative to the service's data folder. A session
            that is opened without one has no registers.
        repeat_writes: Send writes again as well that may have been carried out: a promise that
            nothing happens by a second write of the same, and that nobody else writes there.
        reset: Open the session with the device in its default state. An open session is never
            reset: asking for it is refused unless the session began with it.
        discovery_client: An NI `DiscoveryClient` to find the service by.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds.
        wait_closed: How long a close waits, in seconds, for other processes to let go.
        take_over_orphan: Let a behaviour that creates close a session first that is nobody's any
            more: left open by a creator that is known to be dead.
        give_up: Set it, from any thread, to wait no more for a service that is away.
        tls: The files to encrypt with; None for what the environment says.

    Raises:
        InvalidRequestError: What is given is of another type, or no protocol.
        PreconditionError: A session is open with another protocol, register map or reset.
        SharingError: The service cannot be reached, or refuses the session.
    """

    SERVICE = pb2.DESCRIPTOR.services_by_name["DeviceCommunication"]
    PROVIDED_INTERFACE = SERVICE.full_name
    SERVICE_CLASS = "ni.DeviceControl.CommService"

    def __init__(
        self,
        resource: str,
        behavior: int = 0,
        *,
        protocol: int = Protocol.UNSPECIFIED,
        register_map: str | os.PathLike[str] = "",
        reset: bool = False,
        repeat_writes: bool = False,
        discovery_client: ResolvingClient | None = None,
        address: str | None = None,
        wait: float = WAIT_SECONDS,
        wait_closed: float | None = None,
        take_over_orphan: bool = False,
        give_up: threading.Event | None = None,
        tls: TlsFiles | None = None,
    ) -> None:
        self._wish = pb2.InitializeRequest(
            protocol=word("protocol", protocol, ENUM_BITS),  # type: ignore[arg-type]  # open enum
            register_map=path("register map", register_map),
            reset=flag("reset", reset),
        )
        self._repeats_writes = flag("option repeat_writes", repeat_writes)
        super().__init__(
            resource,
            behavior,
            discovery_client=discovery_client,
            address=address,
            wait=wait,
            wait_closed=wait_closed,
            take_over_orphan=take_over_orphan,
            give_up=give_up,
            tls=tls,
        )

    def read_register(self, name: str, *, repeat: bool = True) -> int:
        """Return what a register holds.

        Args:
            name: The name of the register.
            repeat: Whether a read without an answer is sent again. Say False for a register that
                reading changes, such as one that is cleared by it.

        Raises:
            OutcomeUnknownError: Without `repeat`: the service went away before it answered.
            NotFoundError: The device has no such register.
            AccessDeniedError: The register is reserved.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.ReadRegisterRequest(register_name=text("register", name))
        what = f"reading register {name!r}"
        return self.call(request, pb2.ReadRegisterResponse, repeat=repeat, what=what).value

    def write_register(self, name: str, value: int) -> None:
        """Let a register hold a value.

        Raises:
            NotFoundError: The device has no such register.
            AccessDeniedError: The register is read-only or reserved.
            OutcomeUnknownError: The service went away before it answered: read, then write again.
            InvalidRequestError: The value has more bits than the register, or is negative.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.WriteRegisterRequest(
            register_name=text("register", name), value=word("value", value)
        )
        self._write(request, pb2.WriteRegisterResponse, f"register {name!r}")

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
            port=word("port", port), channel=word("channel", channel)
        )
        return self.call(request, pb2.ReadGpioChannelResponse).state

    def write_gpio_channel(self, port: int, channel: int, state: bool) -> None:
        """Set a line.

        Args:
            port: 0 to 3.
            channel: 0 to 7.
            state: Whether it is high.

        Raises:
            InvalidRequestError: There is no such line.
            OutcomeUnknownError: The service went away before it answered: read, then write again.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.WriteGpioChannelRequest(
            port=word("port", port),
            channel=word("channel", channel),
            state=flag("state", state),
        )
        what = f"channel {channel} of GPIO port {port}"
        self._write(request, pb2.WriteGpioChannelResponse, what)

    def read_gpio_port(self, port: int, mask: int = 0xFF) -> int:
        """Return the states of some lines of a port, read at once.

        Args:
            port: 0 to 3.
            mask: A bit for each line that is wanted, 1 for channel 0; all others read 0.

        Raises:
            InvalidRequestError: There is no such port, or the mask names more than eight lines.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.ReadGpioPortRequest(port=word("port", port), mask=word("mask", mask))
        return self.call(request, pb2.ReadGpioPortResponse).state

    def write_gpio_port(self, port: int, mask: int, state: int) -> None:
        """Set some lines of a port at once; nobody else's call comes in between.

        Args:
            port: 0 to 3.
            mask: A bit for each line that is set, 1 for channel 0; the others stay as they are.
            state: What they are set to.

        Raises:
            InvalidRequestError: There is no such port, or mask or state name more lines.
            OutcomeUnknownError: The service went away before it answered: read, then write again.
            SharingError: The session is gone, or the device does not answer.
        """
        request = pb2.WriteGpioPortRequest(
            port=word("port", port),
            mask=word("mask", mask),
            state=word("state", state),
        )
        self._write(request, pb2.WriteGpioPortResponse, f"GPIO port {port}")

    def _write(self, request: Message, response: type[Message], what: str) -> None:
        self.call(request, response, repeat=self._repeats_writes, what=f"writing {what}")

    def _initialize_request(self) -> pb2.InitializeRequest:
        return self._wish


class DeviceCommunicationSessionConstructor(SessionConstructor[DeviceCommunicationClient]):
    """Opens a `DeviceCommunicationClient` for NI's `reservation.initialize_session(...)`.

    Args:
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        **client_options: Further arguments of `DeviceCommunicationClient`, such as `protocol`.
    """

    def __init__(self, behavior: int = 0, **client_options: Any) -> None:  # noqa: ANN401
        super().__init__(DeviceCommunicationClient, behavior, **client_options)
