"""A device: an open instrument with the rules of what may be asked of it."""

from __future__ import annotations

from collections.abc import Callable

from device_communication.service.backend import CHANNELS, PORTS, Instrument
from device_communication.service.registers import Access, Register, RegisterMap
from session_sharing.errors import AccessDeniedError, InvalidRequestError, NotFoundError

ALL_LINES = (1 << CHANNELS) - 1
_SHOWN = 10


class Device:
    """Checks what is asked, then asks the instrument. It belongs to the thread of the instrument.

    Args:
        name: The name of the device.
        instrument: The open instrument.
        registers: What registers it has.
        close: Lets the instrument go.
    """

    def __init__(
        self,
        name: str,
        instrument: Instrument,
        registers: RegisterMap,
        close: Callable[[], None],
    ) -> None:
        self._name = name
        self._instrument = instrument
        self._registers = registers
        self._close = close

    def read_register(self, name: str) -> int:
        """Return what a register holds.

        Raises:
            NotFoundError: There is no such register.
            AccessDeniedError: It is reserved.
        """
        register = self._register(name)
        if register.access is Access.RESERVED:
            raise self._denied(register, "read")
        return self._instrument.read_register(register)

    def write_register(self, name: str, value: int) -> None:
        """Let a register hold a value.

        Raises:
            NotFoundError: There is no such register.
            AccessDeniedError: It is read-only or reserved.
            InvalidRequestError: The value has more bits than the register.
        """
        register = self._register(name)
        if register.access is not Access.READ_WRITE:
            raise self._denied(register, "written")
        _check(
            f"the value of {name!r}, a register of {register.width} bits,", value, register.maximum
        )
        self._instrument.write_register(register, value)

    def read_gpio_channel(self, port: int, channel: int) -> bool:
        """Return whether a line of a port is high.

        Raises:
            InvalidRequestError: There is no such port or channel.
        """
        _check_channel(port, channel)
        return bool(self._instrument.read_gpio(port) >> channel & 1)

    def write_gpio_channel(self, port: int, channel: int, state: bool) -> None:
        """Set a line of a port.

        Raises:
            InvalidRequestError: There is no such port or channel.
        """
        _check_channel(port, channel)
        self._instrument.write_gpio(port, 1 << channel, int(state) << channel)

    def read_gpio_port(self, port: int, mask: int) -> int:
        """Return the states of those lines of a port that a mask names.

        Raises:
            InvalidRequestError: There is no such port, or the mask names other lines.
        """
        _check_mask(port, mask)
        return self._instrument.read_gpio(port) & mask

    def write_gpio_port(self, port: int, mask: int, state: int) -> None:
        """Set those lines of a port that a mask names.

        Raises:
            InvalidRequestError: There is no such port, or mask or state name other lines.
        """
        _check_mask(port, mask)
        _check("the state of a GPIO port,", state, ALL_LINES)
        self._instrument.write_gpio(port, mask, state & mask)

    def close(self) -> None:
        """Let the instrument go."""
        self._close()

    def _register(self, name: str) -> Register:
        register = self._registers.get(name)
        if register is None:
            names = [repr(known) for known in list(self._registers)[: _SHOWN + 1]]
            more = " ..." if len(names) > _SHOWN else ""
            known = ", ".join(names[:_SHOWN]) + more if names else "no registers"
            raise NotFoundError(
                f"The device {self._name!r} has no register {name[:100]!r}: the register map that "
                f"its session was opened with has {known}. Letter case counts.",
                resource_name=self._name,
            )
        return register

    def _denied(self, register: Register, what: str) -> AccessDeniedError:
        kind = "read-only" if register.access is Access.READ_ONLY else "reserved"
        return AccessDeniedError(
            f"The register {register.name!r} of the device {self._name!r} is {kind} and cannot be "
            f"{what}. Choose another register; if the register map is wrong, mend its column "
            "'Access' and open the session anew.",
            resource_name=self._name,
        )


def _check(what: str, number: int, maximum: int) -> None:
    if not 0 <= number <= maximum:
        raise InvalidRequestError(f"{number} cannot be {what} which is 0 to {maximum}.")


def _check_port(port: int) -> None:
    _check("a GPIO port,", port, PORTS - 1)


def _check_channel(port: int, channel: int) -> None:
    _check_port(port)
    _check("a channel of a GPIO port,", channel, CHANNELS - 1)


def _check_mask(port: int, mask: int) -> None:
    _check_port(port)
    _check("the mask of a GPIO port,", mask, ALL_LINES)
