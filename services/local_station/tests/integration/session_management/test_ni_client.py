"""Session management as NI's own client library sees it."""

from __future__ import annotations

import socket

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs
from ni.measurementlink.sessionmanagement.v1.client import (
    MultiplexerSessionInformation,
    PinMapContext,
)

LOGGER = "FileLogger-log.ndjson?client=a"


@pytest.fixture
def stub(channel):
    return stubs.SessionManagementServiceStub(channel)


@pytest.fixture
def refused():
    """Return a function that says with which status and text a call is refused."""

    def _refused(call, *arguments, **named):
        with pytest.raises(grpc.RpcError) as raised:
            call(*arguments, **named)
        return raised.value.code(), raised.value.details()

    return _refused


def test_reservation_tells_all_of_a_session(client, context):
    """A driver is opened with what the reservation says; nobody has opened it yet."""
    with client.reserve_session(context, ["V", "I"]) as reservation:
        info = reservation.session_info
    assert info.session_name == "niDCPower-DCPower1/0, DCPower1/1"
    assert info.resource_name == "DCPower1/0, DCPower1/1"
    assert (info.instrument_type_id, info.channel_list) == ("niDCPower", "DCPower1/0, DCPower1/1")
    assert not info.session_exists
    assert [
        (each.pin_or_relay_name, each.site, each.channel) for each in info.channel_mappings
    ] == [
        ("V", 0, "DCPower1/0"),
        ("I", 0, "DCPower1/1"),
    ]
    assert info.annotations["ni/reserved.hostname"] == socket.gethostname()


def test_group_is_resolved_for_the_client(client, context):
    """NI's client finds the connections of a group by what the service tells of it."""
    with client.reserve_session(context, "VI") as reservation:
        connections = reservation.get_connections(object, "VI")
    assert [connection.pin_or_relay_name for connection in connections] == ["V", "I"]


def test_one_pin_reserves_its_whole_session(client, context, refused):
    """Two pins of one session are one reservation: a driver session has one user at a time."""
    with client.reserve_session(context, "V"):
        status, text = refused(client.reserve_session, context, "I")
    assert status is grpc.StatusCode.UNAVAILABLE
    assert "'niDCPower-DCPower1/0, DCPower1/1' is held by" in text
    client.reserve_session(context, "I").unreserve()


def test_aliases_are_reserved_side_by_side(client, context):
    """Two entries for one log file are two reservations at the same moment."""
    with client.reserve_session(context, "A"), client.reserve_session(context, "B"):
        pass


def test_sites_types_and_system_pins_select(client):
    """A site, or a type, narrows what is reserved; system pins belong to every site."""
    with client.reserve_sessions(PinMapContext("map", [1])) as reservation:
        names = {info.session_name for info in reservation.session_info}
    assert names == {"FileLogger-log.ndjson?client=b", "Trigger-Box"}
    with client.reserve_sessions(PinMapContext("map", None), None, "FileLogger") as reservation:
        assert len(reservation.session_info) == 2


@pytest.mark.parametrize(
    ("where", "names", "type_id"),
    [(PinMapContext("", [0]), "Pin1", None), (PinMapContext("map", None), "A", "niDMM")],
)
def test_no_match_is_no_error(client, where, names, type_id):
    """Without a pin map, or a pin of that type, the answer is empty: NI's programs ask for it."""
    with client.reserve_sessions(where, names, type_id) as reservation:
        assert reservation.session_info == []


def test_wrong_requests_have_the_documented_status(client, stub, context, refused):
    """Programs decide by the status, and NI's tests by the text for a site."""
    invalid, unknown = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
    assert refused(client.reserve_session, context, "no pin")[0] is invalid
    assert refused(client.reserve_session, PinMapContext("no map", [0]), "A")[0] is unknown
    assert refused(client.get_multiplexer_sessions, PinMapContext("no map", [0]))[0] is unknown
    for call in (client.reserve_sessions, client.get_multiplexer_sessions):
        status, text = refused(call, PinMapContext("map", [0, 7]))
        assert (status, text) == (invalid, 'Pin map does not contain site numbers: "7"')
    request = messages.ReserveAllRegisteredSessionsRequest(timeout_in_milliseconds=-2)
    assert refused(stub.ReserveAllRegisteredSessions, request)[0] is invalid
    pins = messages.ReserveSessionsRequest(timeout_in_milliseconds=-2)
    assert refused(stub.ReserveSessions, pins)[0] is invalid


def test_registered_session_exists_for_the_next_one(client, context, refused):
    """A session outlives its reservation by being registered, and is registered once."""
    with client.reserve_session(context, "A") as reservation:
        client.register_sessions([reservation.session_info])
        status, text = refused(client.register_sessions, [reservation.session_info])
    assert status is grpc.StatusCode.ALREADY_EXISTS
    assert LOGGER in text
    with client.reserve_session(context, "A") as reservation:
        info = reservation.session_info
        assert info.session_exists
        assert {"ni/registered.hostname", "ni/reserved.hostname"} <= set(info.annotations)
        client.unregister_sessions([info])
        client.unregister_sessions([info])
    with client.reserve_session(context, "A") as reservation:
        assert not reservation.session_info.session_exists


def test_session_without_a_name_is_not_registered(client, context, refused):
    """An empty name would be the same session for everybody."""
    with client.reserve_session(context, "A") as reservation:
        nameless = reservation.session_info._replace(session_name="")
    status, _ = refused(client.register_sessions, [nameless])
    assert status is grpc.StatusCode.INVALID_ARGUMENT


def test_all_registered_sessions_of_a_type_are_reserved_without_channels(client, context, refused):
    """A clean-up closes whole sessions; it waits for nobody but those who hold one of them."""
    with client.reserve_sessions(context) as reservation:
        client.register_sessions(reservation.session_info)
    held = client.reserve_session(context, "M")
    with client.reserve_all_registered_sessions("FileLogger", 0) as everything:
        assert [info.session_name[-1] for info in everything.session_info] == ["a", "b"]
        for info in everything.session_info:
            assert info.session_exists
            assert (info.channel_list, list(info.channel_mappings)) == ("", [])
            assert info.resource_name.startswith("log.ndjson")
        status, text = refused(client.reserve_session, context, "A")
    assert (status, LOGGER in text) == (grpc.StatusCode.UNAVAILABLE, True)
    assert refused(client.reserve_all_registered_sessions, timeout=0)[0] is status
    held.unreserve()
    with client.reserve_all_registered_sessions() as everything:
        assert len(everything.session_info) == 5
    assert client.reserve_all_registered_sessions("other").session_info == []


def test_overview_shows_what_is_reserved_or_registered(client, stub, context):
    """A tool for people sees each session once, with its channels and who has it."""
    with client.reserve_sessions(context, ["A", "B"]) as reservation:
        client.register_sessions(reservation.session_info[:1])
        client.reserve_session(context, "V")
    answer = stub.GetSessions(messages.GetSessionsRequest())
    assert {each.session.name[-1]: _state(each) for each in answer.sessions} == {
        "1": (False, True, "DCPower1/0", {"reserved"}),
        "a": (True, False, "0", {"registered"}),
    }
    request = messages.GetSessionsRequest(instrument_type_id="niDCPower")
    assert [each.resource_name for each in stub.GetSessions(request).sessions] == [
        "DCPower1/0, DCPower1/1"
    ]


def _state(session):
    notes = {key.removeprefix("ni/").partition(".")[0] for key in session.annotations}
    return session.session_exists, session.session_reserved, session.channel_list, notes


def test_multiplexer_of_a_selected_pin_comes_with_it(client, context):
    """A route is switched by the multiplexer session that comes with the pin's session."""
    with client.reserve_session(context, "M") as reservation:
        (multiplexer,) = reservation.multiplexer_session_info
        (mapping,) = reservation.session_info.channel_mappings
    assert (multiplexer.session_name, multiplexer.multiplexer_type_id) == ("Mux1", "Matrix")
    assert (mapping.multiplexer_resource_name, mapping.multiplexer_route) == ("Mux1", "C1->r0")
    with client.reserve_session(context, "A") as reservation:
        assert reservation.multiplexer_session_info == []


def test_multiplexer_sessions_are_registered_and_looked_up(client, context, refused):
    """Multiplexer sessions are open or not; they are found by pin map, and by type."""
    assert _multiplexers(client.get_multiplexer_sessions(context)) == [("Mux1", False)]
    assert _multiplexers(client.get_multiplexer_sessions(context, "other")) == []
    assert _multiplexers(client.get_multiplexer_sessions(PinMapContext("map", [1]))) == []
    opened = MultiplexerSessionInformation("Mux1", "Mux1", "Matrix", False, {}, None)
    client.register_multiplexer_sessions([opened])
    status, _ = refused(client.register_multiplexer_sessions, [opened])
    assert status is grpc.StatusCode.ALREADY_EXISTS
    assert _multiplexers(client.get_multiplexer_sessions(context, "Matrix")) == [("Mux1", True)]
    registered = client.get_all_registered_multiplexer_sessions
    assert _multiplexers(registered("Matrix")) == [("Mux1", True)]
    assert _multiplexers(registered("other")) == []
    client.unregister_multiplexer_sessions([opened])
    client.unregister_multiplexer_sessions([opened])
    assert _multiplexers(registered()) == []


def _multiplexers(container):
    return [(info.session_name, info.session_exists) for info in container.multiplexer_session_info]
