"""Which channel belongs to a pin, in NI's own reservations."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni_measurement_plugin_sdk_service.session_management import MultiSessionReservation

from measurement_support.connections import connections, connections_of_pins, require_names
from session_sharing.errors import InvalidRequestError

WIRED = {
    "DMM2": [("VOUT", 1, "0")],
    "DMM1": [("VOUT", 0, "0"), ("OTHER", 0, "1")],
    "DMM3": [("VREF", -1, "0")],
    "DMM4": [("VAUX", 0, "0"), ("VAUX", 1, "0")],
    "DCP1": [("VOUT", 0, "7")],
}


def reservation_of(sites: list[int]) -> MultiSessionReservation:
    """Return what is reserved at these sites, as the SDK has it; none means all."""
    reserved = []
    for name, wires in WIRED.items():
        kind = "niDMM" if name.startswith("DMM") else "niDCPower"
        info = messages.SessionInformation(resource_name=name, instrument_type_id=kind)
        info.session.name = name
        for pin, site, channel in wires:
            if not sites or site in (*sites, -1):
                info.channel_mappings.add(pin_or_relay_name=pin, site=site, channel=channel)
        reserved.append(info)
    pins = ["VOUT", "VREF", "VAUX"]
    return MultiSessionReservation(
        SimpleNamespace(), reserved, reserved_pin_or_relay_names=pins, reserved_sites=sites
    )


def found(sites: list[int], pin: str, *types: str) -> list[tuple[int, str]]:
    """Return the sites and instruments of a pin."""
    where = connections(reservation_of(sites), pin, *(types or ["niDMM"]))
    return [(each.site, each.session_info.session_name) for each in where]


def test_sites_come_in_the_order_of_the_call():
    """Who names sites gets these, in this order, and no other."""
    assert found([1, 0], "VOUT") == [(1, "DMM2"), (0, "DMM1")]
    assert found([0], "VOUT") == [(0, "DMM1")]


def test_no_sites_mean_all():
    """A call that names no sites is one for all of them, as NI's contract has it."""
    assert found([], "VOUT") == [(0, "DMM1"), (1, "DMM2")]
    assert found([], "VREF") == [(-1, "DMM3")]


@pytest.mark.parametrize("sites", [[], [0, 1]])
def test_a_pin_may_have_instruments_of_several_types(sites):
    """All instruments of a pin are found, in the order of the types, also of a type at one site."""
    power, meters = [(0, "DCP1")], [(0, "DMM1"), (1, "DMM2")]
    assert found(sites, "VOUT", "niDMM", "niDCPower") == meters + power
    assert found(sites, "VOUT", "niDCPower", "niDMM") == power + meters
    assert found(sites, "VREF", "niDCPower", "niDMM") == [(-1, "DMM3")]


@pytest.mark.parametrize("sites", [[], [0]])
def test_a_pin_of_another_instrument_is_told(sites):
    """A pin of an instrument of another type is refused with both types, and what to do."""
    words = r"'VREF' is connected to instruments of type niDMM, not niDCPower or niFGen\..*pin map"
    with pytest.raises(InvalidRequestError, match=words):
        found(sites, "VREF", "niDCPower", "niFGen")


def test_a_pin_without_instruments_is_told():
    """A pin that was reserved, but is connected to nothing, is refused with what to do."""
    words = r"'VREF' is connected to no instrument of type 'niDMM'.*Register a pin map"
    with pytest.raises(InvalidRequestError, match=words):
        connections(MultiSessionReservation(SimpleNamespace(), []), "VREF", "niDMM")


@pytest.mark.parametrize(("sites", "order"), [([], [0, 1]), ([1, 0], [1, 0])])
def test_several_pins_come_site_by_site(sites, order):
    """All pins of a site stand together, in the order of the call; a pin named twice comes once."""
    where = connections_of_pins(reservation_of(sites), ["VAUX", "VOUT", "VREF", "VAUX"], "niDMM")
    assert [(each.site, each.pin_or_relay_name) for each in where] == [
        *((site, pin) for site in order for pin in ("VAUX", "VOUT")),
        (-1, "VREF"),
    ]


@pytest.mark.parametrize("sites", [[], [0]])
def test_a_pin_behind_a_multiplexer_is_refused(sites):
    """Nobody closes routes, so a reading would not be that of the pin; the route is named."""
    reserved = messages.SessionInformation(resource_name="DMM1", instrument_type_id="niDMM")
    reserved.channel_mappings.add(pin_or_relay_name="A", channel="0", site=0)
    reserved.channel_mappings.add(
        pin_or_relay_name="B",
        channel="0",
        site=0,
        multiplexer_resource_name="Mux1",
        multiplexer_route="C2->r0",
    )
    mux = messages.MultiplexerSessionInformation(resource_name="Mux1")
    reservation = MultiSessionReservation(
        SimpleNamespace(),
        [reserved],
        [mux],
        reserved_pin_or_relay_names=["A", "B"],
        reserved_sites=sites,
    )
    assert connections_of_pins(reservation, ["A"], "niDMM")
    with pytest.raises(InvalidRequestError, match=r"'B'.*multiplexer 'Mux1'.*'C2->r0'.*directly"):
        connections_of_pins(reservation, ["A", "B"], "niDMM")


@pytest.mark.parametrize("names", ["", [], ["VOUT", ""]])
def test_a_pin_without_a_name_is_refused(names):
    """To NI's service no name is every pin of the map, which nobody means."""
    with pytest.raises(InvalidRequestError, match="voltage_pins is empty"):
        require_names(log_pin="LOG", voltage_pins=names)
    require_names(log_pin="LOG", voltage_pins=["VOUT"])
