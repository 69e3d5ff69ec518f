"""One real station, and whatever clients can send as a pin map: it is taken or refused."""

from __future__ import annotations

import grpc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from ni.measurementlink.pinmap.v1 import pin_map_service_pb2 as pin_maps
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as management

from services.local_station.tests.any_pin_map import pin_map_bytes, pin_map_texts
from services.local_station.tests.any_request import MANAGEMENT, MAP, PIN_MAP, TARGETS
from session_sharing.testing.fuzzed_server import FuzzedServer
from session_sharing.testing.hostile_client import HostileClient

UPDATE = f"{PIN_MAP}/UpdatePinMapFromXml"
once = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    # Explaining a failure takes longer than finding it, and may run into the limit of a test.
    phases=set(Phase) - {Phase.explain},
)


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """Start a station that has to be as good as new after all tests."""
    with FuzzedServer(TARGETS[0], tmp_path_factory.mktemp("station")) as server:
        yield server
        server.check("all pin maps")


@pytest.fixture(scope="module")
def client(station):
    with HostileClient(station.address) as client:
        yield client
        _use(station, client)


def _send(station, client, path, data):
    return station.send(client, station.methods[path], [data])


def _update(pin_map_id, xml):
    """Return the bytes of a request to update a pin map; the text of it may be no text at all."""
    request = pin_maps.UpdatePinMapFromXmlRequest(pin_map_id=pin_map_id).SerializeToString()
    length, size = len(xml), b""
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return request + b"\x12" + size + bytes([length]) + xml


def _use(station, client):
    """Load a pin map, reserve a session of it and free it."""
    assert _send(station, client, UPDATE, _update("new", MAP.encode())).status is grpc.StatusCode.OK
    wanted = management.ReserveSessionsRequest(instrument_type_id="niDMM")
    wanted.pin_map_context.pin_map_id = "new"
    freed = management.UnreserveSessionsRequest()
    freed.sessions.add().session.name = "niDMM-DMM1"
    _send(station, client, f"{MANAGEMENT}/UnreserveSessions", freed.SerializeToString())
    reply = _send(station, client, f"{MANAGEMENT}/ReserveSessions", wanted.SerializeToString())
    (answer,) = reply.answers
    sessions = management.ReserveSessionsResponse.FromString(answer).sessions
    assert [session.session.name for session in sessions] == ["niDMM-DMM1"]
    _send(station, client, f"{MANAGEMENT}/UnreserveSessions", freed.SerializeToString())


@settings(once, max_examples=100)
@given(pin_map_bytes() | pin_map_texts().map(lambda text: text.encode("utf-8", "replace")))
def test_any_pin_map_is_taken_or_refused(station, client, data):
    """A pin map that is taken can be asked for all there is; a refusal names the line."""
    reply = _send(station, client, UPDATE, _update("any", data))
    if reply.status is not grpc.StatusCode.OK:
        assert reply.status is grpc.StatusCode.INVALID_ARGUMENT
        assert reply.told.startswith(b"Pin map, line ") or b"no valid protobuf" in reply.told
        return
    for path, request in _questions().items():
        reply = _send(station, client, path, request.SerializeToString())
        assert reply.status in (grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE)


def _questions():
    """Return calls that ask for all that is in the pin map."""
    everything = management.ReserveSessionsRequest()
    everything.pin_map_context.pin_map_id = "any"
    multiplexers = management.GetMultiplexerSessionsRequest()
    multiplexers.pin_map_context.pin_map_id = "any"
    resources = pin_maps.QueryResourceAccessInformationRequest(pin_map_id="any")
    return {
        f"{PIN_MAP}/QueryPins": pin_maps.QueryPinsRequest(pin_map_id="any"),
        f"{PIN_MAP}/QueryRelays": pin_maps.QueryRelaysRequest(pin_map_id="any"),
        f"{PIN_MAP}/QueryResourceAccessInformation": resources,
        f"{MANAGEMENT}/ReserveSessions": everything,
        f"{MANAGEMENT}/GetMultiplexerSessions": multiplexers,
    }
