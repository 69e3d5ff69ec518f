"""NI's reservation objects: they open sessions of any driver, and tell how pins are reached."""

from __future__ import annotations

import grpc
import pytest
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1.client import PinMapContext, SessionManagementClient
from ni_grpc_extensions.channelpool import GrpcChannelPool

from services.local_station.tests.pin_map_texts import (
    LOGGER,
    connection,
    group_text,
    groups_text,
    pin_map_text,
    pins_text,
    system_connection,
)
from session_sharing.testing.processes import running_station

ROUTE = (
    '<MultiplexedConnection instrument="{}" channel="0"><MultiplexedDUTPinRoute pin="{}" '
    'siteNumber="{}" multiplexer="{}" routeName="{}"/></MultiplexedConnection>'
)
PIN_MAP = pin_map_text(
    LOGGER
    + "".join(
        f'<Instrument name="{name}" instrumentTypeId="Scope"><Channel id="0"/></Instrument>'
        for name in ("S1", "S2")
    )
    + '<NIRelayDriverModule name="RD" numberOfControlLines="8"/>'
    + '<Multiplexer name="Mux1" multiplexerTypeId="Matrix"/>'
    + '<Multiplexer name="Mux2" multiplexerTypeId="Scanner"/>',
    connection("A", 0, "S1", 0)
    + connection("A", 1, "S2", 0)
    + ROUTE.format("S1", "B", 0, "Mux1", "c1-&gt;r0")
    + ROUTE.format("S2", "B", 1, "Mux2", "c2")
    + system_connection("Log", "log.ndjson", 0)
    + '<RelayConnection relay="K" siteNumber="0,1" relayDriverModule="RD" controlLine="K0"/>'
    + '<SystemRelayConnection relay="Main" relayDriverModule="RD" controlLine="K7"/>',
    pins=pins_text("A", "B", system=("Log",)),
    others=groups_text(group_text("All", "B", "A"))
    + '<Relays><SiteRelay name="K"/><SystemRelay name="Main"/></Relays><RelayGroups>'
    '<RelayGroup name="Relays"><RelayReference relay="K"/><RelayReference relay="Main"/>'
    "</RelayGroup></RelayGroups>",
)


class Driver:
    """A driver's session: it knows from what it was opened, and whether it was closed."""

    def __init__(self, info):
        self.opened_from = info.resource_name
        self.is_open = True

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.is_open = False


class Switch(Driver):
    """The session of a multiplexer's driver."""


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """Return NI's clients of pin maps and of sessions, which find their services themselves."""
    with (
        running_station(tmp_path_factory.mktemp("home"), "--port", "0") as station,
        grpc.insecure_channel(station.address) as channel,
        GrpcChannelPool() as pool,
    ):
        found_by = {
            "discovery_client": DiscoveryClient(DiscoveryServiceStub(channel)),
            "grpc_channel_pool": pool,
        }
        yield PinMapClient(**found_by), SessionManagementClient(**found_by)


@pytest.fixture(scope="module")
def client(clients):
    return clients[1]


@pytest.fixture(scope="module")
def context(clients, tmp_path_factory):
    """Return the whole pin map."""
    path = tmp_path_factory.mktemp("maps") / "bench.pinmap"
    path.write_text(PIN_MAP, "utf-8")
    return PinMapContext(clients[0].update_pin_map(path), None)


def _told(connections):
    return [(each.pin_or_relay_name, each.site, each.channel_name) for each in connections]


def test_sessions_of_any_driver_are_opened_and_reached_by_pin(client, context):
    """Each pin leads to the open session of its instrument at its site, until the sessions end."""
    with client.reserve_sessions(context, ["A", "Log"]) as reservation:
        with (
            reservation.initialize_sessions(Driver, "Scope") as scopes,
            reservation.initialize_session(Driver, "FileLogger") as logger,
        ):
            assert [each.session.opened_from for each in scopes] == ["S1", "S2"]
            assert reservation.get_connection(Driver, "Log").session is logger.session
            for site, scope in enumerate(scopes):
                reached = reservation.get_connection(Driver, "A", site)
                assert (reached.session, reached.channel_name) == (scope.session, "0")
            found = reservation.get_connections(Driver, sites=1, instrument_type_id="Scope")
            assert _told(found) == [("A", 1, "0")]
            assert len(reservation.get_connections(Driver)) == 3
        assert not any(each.session.is_open for each in (*scopes, logger))


def test_a_group_is_its_pins_in_the_order_of_the_sites(client, context):
    """A group may be reserved, and asked for, in the place of its pins."""
    with (
        client.reserve_sessions(context, "All") as reservation,
        reservation.initialize_sessions(Driver, "Scope"),
    ):
        by_group = reservation.get_connections(Driver, "All")
        assert _told(by_group) == [("B", 0, "0"), ("A", 0, "0"), ("B", 1, "0"), ("A", 1, "0")]
        assert _told(reservation.get_connections(Driver, ["A"], [0])) == [("A", 0, "0")]


def test_relays_are_reached_by_name_and_by_group(client, context):
    """One relay of many sites is one control line; a system relay belongs to every site."""
    with (
        client.reserve_session(context, "Relays", "niRelayDriver", 5) as reservation,
        reservation.initialize_session(Driver, "niRelayDriver") as relays,
    ):
        assert (relays.session_name, relays.session.opened_from) == ("niRelayDriver-RD", "RD")
        found = reservation.get_connections(Driver, "Relays")
        assert _told(found) == [("K", 0, "K0"), ("K", 1, "K0"), ("Main", -1, "K7")]
        main = reservation.get_connection(Driver, "Main", instrument_type_id="niRelayDriver")
        assert main.session is relays.session


def test_routes_are_reached_through_their_multiplexers(client, context):
    """A pin behind a multiplexer leads to both sessions, and to the route to close."""
    with client.reserve_sessions(context, "B") as reservation:
        with (
            reservation.initialize_sessions(Driver, "Scope"),
            reservation.initialize_multiplexer_sessions(Switch) as switches,
        ):
            assert [each.session.opened_from for each in switches] == ["Mux1", "Mux2"]
            found = reservation.get_connections_with_multiplexer(Driver, Switch, "B")
            assert [(each.session.opened_from, each.multiplexer_route) for each in found] == [
                ("S1", "c1->r0"),
                ("S2", "c2"),
            ]
            assert [each.multiplexer_session.opened_from for each in found] == ["Mux1", "Mux2"]
            second = reservation.get_connection_with_multiplexer(Driver, Switch, "B", 1)
            assert second.multiplexer_session is switches[1].session
        with reservation.initialize_multiplexer_session(Switch, "Scanner") as scanner:
            assert scanner.session.opened_from == "Mux2"


def test_multiplexers_are_opened_once_and_closed_by_a_clean_up(client, context):
    """What a set-up opens and registers is found by the measurement, and by the clean-up."""
    with (
        client.get_multiplexer_sessions(context) as container,
        container.initialize_multiplexer_sessions(Switch) as opened,
    ):
        client.register_multiplexer_sessions(container.multiplexer_session_info)
        assert [each.session_exists for each in opened] == [False, False]
    with client.reserve_sessions(context, "B") as reservation:
        assert [each.session_exists for each in reservation.multiplexer_session_info] == [True] * 2
    with (
        client.get_all_registered_multiplexer_sessions("Matrix") as container,
        container.initialize_multiplexer_session(Switch) as switch,
    ):
        assert (switch.session_name, switch.session_exists) == ("Mux1", True)
    registered = client.get_all_registered_multiplexer_sessions().multiplexer_session_info
    client.unregister_multiplexer_sessions(registered)
    left = client.get_all_registered_multiplexer_sessions()
    assert (len(registered), left.multiplexer_session_info) == (2, [])


def test_registered_sessions_are_taken_up_and_closed(client, context):
    """A clean-up gets the sessions that a set-up has left open, of one type or of all."""
    with client.reserve_sessions(context, ["A", "Log"]) as reservation:
        client.register_sessions(reservation.session_info)
    with (
        client.reserve_all_registered_sessions("Scope", 5) as reservation,
        reservation.initialize_sessions(Driver, "Scope") as scopes,
    ):
        assert [each.session_exists for each in scopes] == [True, True]
        client.unregister_sessions(reservation.session_info)
    with client.reserve_all_registered_sessions() as reservation:
        with reservation.initialize_session(Driver, "FileLogger") as logger:
            assert logger.session.opened_from == "log.ndjson"
        client.unregister_sessions(reservation.session_info)
    assert client.reserve_all_registered_sessions().session_info == []
