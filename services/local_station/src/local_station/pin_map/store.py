"""The pin maps of a station, by their ids."""

from __future__ import annotations

from local_station.pin_map.model import PinMap
from local_station.pin_map.reading import quoted
from session_sharing.errors import (
    AlreadyExistsError,
    InvalidRequestError,
    NotFoundError,
    ResourceExhaustedError,
)

MAX_PIN_MAPS = 1000
MAX_TEXT = 64 * 1024 * 1024
"""How long the texts of all pin maps may be together, in characters."""

MAX_ID = 32_767
"""The longest path of Windows: by convention, an id is the path of a file."""

_WAY_OUT = (
    "Use the same ids again; NI's interface cannot remove pin maps, a restart of the station does."
)


class PinMaps:
    """The registered pin maps. They live as long as the station, and belong to all clients.

    An id is taken as it comes: two spellings of one path are two ids, as with NI's service. One
    event loop uses it, and so it needs no lock.

    Args:
        limit: How many pin maps there may be.
        text_limit: How long their texts may be together, in characters.
    """

    def __init__(self, limit: int = MAX_PIN_MAPS, text_limit: int = MAX_TEXT) -> None:
        self._limit = limit
        self._text_limit = text_limit
        self._text_size = 0
        self._pin_maps: dict[str, PinMap] = {}

    def create(self, pin_map_id: str, pin_map: PinMap) -> None:
        """Register a pin map.

        Raises:
            AlreadyExistsError: There is one of this id.
            InvalidRequestError: The id is blank or too long.
            ResourceExhaustedError: There are too many, or they are too big together.
        """
        self.check_create(pin_map_id, pin_map.text_size)
        self.update(pin_map_id, pin_map)

    def update(self, pin_map_id: str, pin_map: PinMap) -> None:
        """Register a pin map, or replace the one of this id.

        Who got something out of the old one keeps it; later requests are answered by the new one.

        Raises:
            InvalidRequestError: The id is blank or too long.
            ResourceExhaustedError: There are too many, or they are too big together.
        """
        self.check_update(pin_map_id, pin_map.text_size)
        self._text_size = self._size_with(pin_map_id, pin_map.text_size)
        self._pin_maps[pin_map_id] = pin_map

    def check_create(self, pin_map_id: str, text_size: int) -> None:
        """Raise what `create` would, before a text of so many characters is read in vain."""
        if pin_map_id in self._pin_maps:
            raise AlreadyExistsError(
                f"There is a pin map {quoted(pin_map_id)} already. UpdatePinMapFromXml replaces it."
            )
        self.check_update(pin_map_id, text_size)

    def check_update(self, pin_map_id: str, text_size: int) -> None:
        """Raise what `update` would, before a text of so many characters is read in vain."""
        _check_id(pin_map_id)
        if pin_map_id not in self._pin_maps and len(self._pin_maps) >= self._limit:
            raise ResourceExhaustedError(
                f"The station has {self._limit} pin maps, and takes no more. {_WAY_OUT}"
            )
        self._size_with(pin_map_id, text_size)

    def _size_with(self, pin_map_id: str, text_size: int) -> int:
        replaced = self._pin_maps.get(pin_map_id, PinMap()).text_size
        size = self._text_size - replaced + text_size
        if text_size > replaced and size > self._text_limit:
            raise ResourceExhaustedError(
                f"The pin maps of the station would have {size} characters of text together; "
                f"{self._text_limit} are allowed. {_WAY_OUT}",
                size=size,
                limit=self._text_limit,
            )
        return size

    def get(self, pin_map_id: str) -> PinMap:
        """Return a pin map.

        Raises:
            NotFoundError: None of this id is registered.
        """
        try:
            return self._pin_maps[pin_map_id]
        except KeyError:
            raise NotFoundError(self._unknown(pin_map_id)) from None

    def _unknown(self, pin_map_id: str) -> str:
        known = ", ".join(quoted(other) for other in list(self._pin_maps)[-3:])
        return (
            f"There is no pin map {quoted(pin_map_id)}. Register it first, for example with "
            "PinMapClient().update_pin_map(path), and use the id that this returns. "
            + (f"Registered last: {known}." if known else "None is registered.")
        )


def _check_id(pin_map_id: str) -> None:
    if not pin_map_id.strip():
        raise InvalidRequestError(
            "The id of the pin map is empty or blank. By convention it is the path of the file."
        )
    if len(pin_map_id) > MAX_ID:
        raise InvalidRequestError(
            f"The id of the pin map has {len(pin_map_id)} characters; {MAX_ID} are allowed."
        )
