"""Names of devices, and what a session on one is opened with."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from device_communication.protocol import Protocol
from session_sharing.errors import InvalidRequestError, ResourceNameError
from session_sharing.service import FileKind, FileLocations, Located

REGISTER_MAPS = FileKind("register map", (".csv",))

MAXIMUM_NAME_LENGTH = 200


def device_name(resource: str) -> str:
    """Return the name of a device without the blanks around it.

    Raises:
        ResourceNameError: No device can have it.
    """
    name = unicodedata.normalize("NFC", resource.strip())
    if not name or len(name) > MAXIMUM_NAME_LENGTH or not name.isprintable():
        shown = ascii(name[:MAXIMUM_NAME_LENGTH])
        raise ResourceNameError(
            f"{shown} cannot be the name of a device. Give 1 to {MAXIMUM_NAME_LENGTH} characters "
            "that can be seen, as the pin map does.",
            resource_name=resource[:MAXIMUM_NAME_LENGTH],
        )
    return name


def protocol_from_number(number: int) -> Protocol:
    """Return a protocol by its number on the wire.

    Raises:
        InvalidRequestError: There is none of this number.
    """
    try:
        return Protocol(number)
    except ValueError:
        known = ", ".join(f"{each.value} ({each.name})" for each in Protocol if each)
        raise InvalidRequestError(
            f"{number} is no protocol. Use one of {known}; or 0, for whatever a session is open "
            "with, to attach to it."
        ) from None


@dataclass(frozen=True)
class DeviceSettings:
    """What a caller says of how a device is opened.

    Attributes:
        protocol: How to talk to it.
        register_map: The path of its register map; empty if none is given.
        reset: Whether it is brought to its defaults.
    """

    protocol: Protocol = Protocol.UNSPECIFIED
    register_map: str = ""
    reset: bool = False


@dataclass(frozen=True)
class DeviceAddress:
    """What a device is opened by; kept with its session over restarts.

    Attributes:
        name: The name of the device.
        protocol: How to talk to it.
        register_map: The path of its register map, as given; empty for no registers.
        reset: Whether it is brought to its defaults when the session begins.
    """

    name: str
    protocol: Protocol
    register_map: str
    reset: bool

    def to_text(self) -> str:
        """Return it as a text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> DeviceAddress:
        """Read what `to_text` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "protocol": Protocol(fields["protocol"])})


class DeviceLocations:
    """Finds devices, and the register maps that they are opened with.

    Immutable; all methods may be called from any thread, and may block on the file system.

    Args:
        data_folder: Where relative paths of register maps start.
        roots: Further folders in which register maps with absolute paths may lie.
    """

    def __init__(self, data_folder: Path, roots: Sequence[Path] = ()) -> None:
        self._maps = FileLocations(REGISTER_MAPS, data_folder, roots)

    def locate(self, resource: str, settings: DeviceSettings = DeviceSettings()) -> Located:
        """Find a device that is to be open with settings.

        Names that differ in letter case, or in blanks around them, denote the same device. What
        is given has to agree with what a session is open with: a register map does by its path
        as it is written. What lies there is looked at when the device is opened, and only then.

        Raises:
            SharingError: No device, or no register map, can have the name.
        """
        name = device_name(resource)
        wanted: list[tuple[str, str]] = []
        if settings.protocol is not Protocol.UNSPECIFIED:
            wanted.append(("protocol", settings.protocol.name))
        if settings.register_map:
            wanted.append(("register map", self._maps.spell(settings.register_map)))
        if settings.reset:
            wanted.append(("reset", "yes"))
        address = DeviceAddress(name, settings.protocol, settings.register_map, settings.reset)
        return Located(name.casefold(), address.to_text(), tuple(wanted))

    def register_map(self, name: str) -> Path:
        """Return where a register map lies now, without links.

        Raises:
            SharingError: It cannot lie there: outside the allowed folders, or in none.
        """
        return Path(self._maps.locate(name).address)

    def locating(self, settings: DeviceSettings) -> Callable[[str], Located]:
        """Return what finds a device that is to be open with settings."""
        return lambda resource: self.locate(resource, settings)
