"""Which channel of which session a pin is connected to, as the reservation tells."""

from __future__ import annotations

from collections.abc import Sequence

from ni_measurement_plugin_sdk_service.session_management import BaseReservation, TypedConnection

from session_sharing.errors import InvalidRequestError


def connections(
    reservation: BaseReservation, pin: str, instrument_type: str
) -> Sequence[TypedConnection[object]]:
    """Return a pin's connections to instruments of a type, one for each site, in their order.

    No driver session needs to be open for it.

    Args:
        reservation: What was reserved, this pin among it.
        pin: The pin, or a group of pins.
        instrument_type: The instrument type id.

    Raises:
        InvalidRequestError: The pin map connects the pin to no such instrument.
    """
    try:
        return reservation.get_connections(object, pin, instrument_type_id=instrument_type)
    except ValueError as error:
        raise InvalidRequestError(
            f"The pin {pin!r} is connected to no instrument of type {instrument_type!r} at the "
            "sites that are measured. Register a pin map that connects it, and name that map in "
            f"the call. ({error})"
        ) from error


def require_names(**pins: str) -> None:
    """Check that pins are named: to NI's service no name is every pin of the map.

    Args:
        **pins: What the configurations hold, by their names.

    Raises:
        InvalidRequestError: A configuration is empty.
    """
    for configuration, name in pins.items():
        if not name:
            raise InvalidRequestError(f"{configuration} is empty. Name a pin of the pin map.")
