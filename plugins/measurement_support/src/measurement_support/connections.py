"""Which channel of which session a pin is connected to, as the reservation tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ni_measurement_plugin_sdk_service.session_management import (
    SITE_SYSTEM_PINS,
    Connection,
    MultiSessionReservation,
    TypedConnection,
)

from session_sharing.errors import InvalidRequestError


def connections(
    reservation: MultiSessionReservation, pin: str, *instrument_types: str
) -> Sequence[TypedConnection[object]]:
    """Return a pin's connections to instruments of these types.

    Of each type there is one for each site, in their order; what a type has at some sites only is
    returned for these. No driver session needs to be open for it. A call that names no sites means
    all of them, in the order of their numbers.

    Args:
        reservation: What was reserved, this pin among it.
        pin: The pin, or a group of pins.
        *instrument_types: The instrument type ids; the connections come in the order of these.

    Raises:
        InvalidRequestError: The pin map connects the pin to no such instrument.
    """
    found = [at for one in instrument_types for at in _of_type(reservation, pin, one)]
    if found:
        return found
    wanted = " or ".join(instrument_types)
    others = _types_at(reservation, pin)
    if others:
        raise InvalidRequestError(
            f"The pin {pin!r} is connected to instruments of type {' and '.join(others)}, not "
            f"{wanted}. Name another pin in the call, or connect this one to such an instrument "
            "in the pin map."
        )
    raise InvalidRequestError(
        f"The pin {pin!r} is connected to no instrument of type {wanted!r} at the sites that are "
        "measured. Register a pin map that connects it, and name that map, and the sites of a "
        "group of pins, in the call."
    )


def connections_of_pins(
    reservation: MultiSessionReservation, pins: Iterable[str], *instrument_types: str
) -> Sequence[TypedConnection[object]]:
    """Return the connections of several pins: site by site, and pin by pin within a site.

    Args:
        reservation: What was reserved, these pins among it.
        pins: The pins, or groups of pins; one that is named twice counts once.
        *instrument_types: As of `connections`.

    Raises:
        InvalidRequestError: The pin map connects one of the pins to no such instrument, or only
            through a multiplexer, whose routes nobody here would close.
    """
    found = [
        at for pin in dict.fromkeys(pins) for at in connections(reservation, pin, *instrument_types)
    ]
    _require_direct(found)
    sites = list(dict.fromkeys(at.site for at in found))
    return sorted(found, key=lambda at: sites.index(at.site))


def _require_direct(found: Iterable[TypedConnection[object]]) -> None:
    for at in found:
        if (
            isinstance(at, Connection) and at.multiplexer_resource_name
        ):  # NI's are all of that class.
            raise InvalidRequestError(
                f"The pin {at.pin_or_relay_name!r} is connected through the multiplexer "
                f"{at.multiplexer_resource_name!r} (route {at.multiplexer_route!r}). This "
                "measurement closes no routes: all pins behind it would get the same reading. Name "
                "pins that are connected directly, or connect them so in the pin map."
            )


def _of_type(
    reservation: MultiSessionReservation, pin: str, instrument_type: str
) -> Sequence[TypedConnection[object]]:
    try:
        return reservation.get_connections(object, pin, instrument_type_id=instrument_type)
    except ValueError:  # It is of another type, or the call names no sites.
        return _at_all_sites(reservation, pin, instrument_type)


def _at_all_sites(
    reservation: MultiSessionReservation, pin: str, instrument_type: str
) -> Sequence[TypedConnection[object]]:
    """Return all reserved connections of a pin: of no named sites, NI's look-up makes no site."""
    found = [
        Connection(
            pin_or_relay_name=mapping.pin_or_relay_name,
            site=mapping.site,
            channel_name=mapping.channel,
            session_info=info,
            multiplexer_resource_name=mapping.multiplexer_resource_name,
            multiplexer_route=mapping.multiplexer_route,
            multiplexer_session_info=None,
        )
        for info in reservation.session_info
        for mapping in info.channel_mappings
        if (mapping.pin_or_relay_name, info.instrument_type_id) == (pin, instrument_type)
    ]
    return sorted(found, key=lambda each: (each.site == SITE_SYSTEM_PINS, each.site))


def _types_at(reservation: MultiSessionReservation, pin: str) -> Sequence[str]:
    """Return the types of the reserved instruments that a pin is connected to, each once."""
    types = {
        info.instrument_type_id
        for info in reservation.session_info
        for mapping in info.channel_mappings
        if mapping.pin_or_relay_name == pin
    }
    return sorted(types)


def require_names(**pins: str | Sequence[str]) -> None:
    """Check that pins are named: to NI's service no name is every pin of the map.

    Args:
        **pins: What the configurations hold, by their names.

    Raises:
        InvalidRequestError: A configuration is empty, or one of its names is.
    """
    for configuration, names in pins.items():
        if not names or not all(names):
            raise InvalidRequestError(f"{configuration} is empty. Name a pin of the pin map.")
