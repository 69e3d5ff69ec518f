"""How the service finds, opens and closes its resources: devices."""

from __future__ import annotations

from contextlib import ExitStack

from device_communication.protocol import Protocol
from device_communication.service.backend import Backend
from device_communication.service.device import Device
from device_communication.service.held_devices import HeldDevices
from device_communication.service.names import DeviceAddress, DeviceLocations
from device_communication.service.register_map import MAXIMUM_BYTES, parse_register_map
from device_communication.service.registers import RegisterMap
from session_sharing.errors import InvalidRequestError
from session_sharing.service import Located, OneThread, explain

CALL_SECONDS = 10.0
"""How long one call of an instrument may take."""


class DeviceDriver:
    """Opens devices by name, with a protocol and a register map.

    Args:
        locations: Finds devices and register maps.
        backend: Opens the instruments.
        limit: How long one call of an instrument may take, in seconds.
    """

    def __init__(
        self, locations: DeviceLocations, backend: Backend, limit: float = CALL_SECONDS
    ) -> None:
        self._locations = locations
        self._backend = backend
        self._limit = limit
        self._held = HeldDevices()

    def locate(self, resource: str) -> Located:
        """Find a device, of which nothing is said but its name.

        Raises:
            SharingError: No device can have the name.
        """
        return self._locations.locate(resource)

    def open(self, address: str) -> OneThread[Device]:
        """Open a device, and reset it if that is wanted.

        Raises:
            SharingError: No protocol is given, the register map cannot be used, or the instrument
                cannot be opened.
        """
        wanted = DeviceAddress.from_text(address)
        if wanted.protocol is Protocol.UNSPECIFIED:
            raise InvalidRequestError(
                f"No session is open on the device {wanted.name!r}, and to open one a protocol is "
                "needed. Name one: SPI, I2C or UART.",
                resource_name=wanted.name,
            )
        return self._open(wanted, reset=wanted.reset)

    def reopen(self, address: str) -> OneThread[Device]:
        """Open a device that a session held before a restart of the service, as it is now.

        It is not reset again, and its register map is read again.

        Raises:
            SharingError: The register map cannot be used, or the instrument cannot be opened.
        """
        return self._open(DeviceAddress.from_text(address), reset=False)

    def close(self, handle: OneThread[Device]) -> None:
        """Close a device.

        Raises:
            UnavailableError: The instrument hangs; it is closed when it does no more.
            OSError: The instrument reports an error; it is closed nevertheless.
        """
        handle.close()

    def _open(self, wanted: DeviceAddress, *, reset: bool) -> OneThread[Device]:
        registers = self._read_map(wanted.register_map)

        def make() -> Device:
            with ExitStack() as undoing:
                undoing.callback(self._held.hold(wanted.name))
                instrument = self._backend.open(
                    wanted.name, wanted.protocol, registers, reset=reset
                )
                undoing.callback(instrument.close)
                return Device(wanted.name, instrument, registers, undoing.pop_all().close)

        return OneThread(f"device {wanted.name}", make, self._limit)

    def _read_map(self, name: str) -> RegisterMap:
        """Read a register map; without a name there are no registers.

        Raises:
            SharingError: It cannot be read, or is none.
        """
        if not name:
            return {}
        path = self._locations.register_map(name)
        try:
            with path.open("rb") as file:
                content = file.read(MAXIMUM_BYTES + 1)
        except OSError as error:
            raise explain(error, f"read the register map {str(path)!r}") from error
        return parse_register_map(content, str(path))
