"""One real station, and whatever clients can send to it: it answers or refuses, and goes on."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.message import DecodeError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ni.measurementlink.discovery.v1 import discovery_service_pb2 as discovery
from ni.measurementlink.pinmap.v1 import pin_map_service_pb2 as pin_maps
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as management

from services.local_station.tests.any_pin_map import (
    EVERYTHING,
    NAMES,
    NAMESPACE,
    pin_map_bytes,
    pin_map_texts,
)
from session_sharing.testing.fuzzing import TEXTS, Call, calls_of, damaged, usually
from session_sharing.testing.processes import running_station

LIMIT = 10.0
"""How long a call may take, in seconds, that does not wait for a session."""

WAIT = 0.02
"""How long a client waits that asks for a session with a time-out: most do not get it."""

MAP = EVERYTHING.replace("<PinMap", f'<PinMap xmlns="{NAMESPACE}"', 1)
MANAGEMENT = "/ni.measurementlink.sessionmanagement.v1.SessionManagementService"
PIN_MAP = "/ni.measurementlink.pinmap.v1.PinMapService"
REGISTER = "/ni.measurementlink.discovery.v1.DiscoveryService/RegisterService"
RESERVING = {
    f"{MANAGEMENT}/{name}": getattr(management, f"{name}Request")
    for name in ("ReserveSessions", "ReserveAllRegisteredSessions")
}

SERVICES = [
    discovery.DESCRIPTOR.services_by_name["DiscoveryService"],
    pin_maps.DESCRIPTOR.services_by_name["PinMapService"],
    management.DESCRIPTOR.services_by_name["SessionManagementService"],
]
PORT = "31000"
"""Stands for the port of the station itself: somebody listens there."""

NUMBERS = st.integers(-(2**31), 2**31 - 1)
INTERFACES = usually(["i.One", "i.Two"], TEXTS)
VERSIONS = ["", "1.0.0", "1.0.0.0", "2.0.0"]
HINTS = {
    "pin_map_id": usually(["map"], st.sampled_from(["other", ""]) | TEXTS),
    "pin_map_xml": usually([MAP], pin_map_texts().filter(str.isascii)),
    "pin_or_relay_names": usually(NAMES, TEXTS),
    "sites": usually([0, 1, -1], NUMBERS),
    "instrument_type_id": usually(["", "niDMM", "niDCPower", "FileLogger"], TEXTS),
    "multiplexer_type_id": usually(["", "Matrix"], TEXTS),
    "timeout_in_milliseconds": st.sampled_from([0, 0, 0, 1, -1, -2, -(2**31), 2**31 - 1]),
    "Session.name": usually(["niDMM-DMM1", "FileLogger-log.ndjson", "Dev1", "x"], TEXTS),
    "provided_interface": INTERFACES,
    "provided_interfaces": INTERFACES,
    "service_class": usually(["c.A", "c.B"], TEXTS),
    "deployment_target": usually([""], TEXTS),
    "version": usually([*VERSIONS, "0.0.1"], st.just("1.0") | TEXTS),
    "versions": usually(VERSIONS, st.sampled_from(["0.0.1", "1.0", "١.٠.٠"]) | TEXTS),
    # No names that somebody would have to resolve: that may take as long as it takes.
    "ServiceLocation.location": usually(
        ["localhost", "127.0.0.1"], st.sampled_from(["::1", "[::1]", "", "\0", "x" * 300])
    ),
    "insecure_port": usually(
        [PORT], st.sampled_from(["1", "65535", "0", "65536", "", "http", "١", "9" * 30])
    ),
    "ssl_authenticated_port": usually([""], st.sampled_from(["1", "-1", "http"])),
}
CALLS = st.one_of([calls_of(service, HINTS) for service in SERVICES])
# Without a least size lists have five calls or so, whatever their greatest one.
CALLS_IN_A_ROW = st.lists(CALLS, min_size=10, max_size=20)
MESSAGES = {
    f"/{service.full_name}/{method.name}": method
    for service in SERVICES
    for method in service.methods
}

# What the contract names for these calls; RESOURCE_EXHAUSTED is what bounds the station.
ANSWERS = {
    grpc.StatusCode[name]
    for name in (
        *("OK", "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION"),
        *("UNAVAILABLE", "RESOURCE_EXHAUSTED"),
    )
}
once = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    # Explaining a failure takes longer than finding it, and may run into the limit of a test.
    phases=set(Phase) - {Phase.explain},
)


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """Return the address of a station that has to be as good as new after all tests."""
    with running_station(tmp_path_factory.mktemp("home")) as process:
        yield process.address
        assert process.process.poll() is None, "the station has ended"
        with grpc.insecure_channel(process.address) as channel:
            assert _use(channel) == ["niDMM-DMM1"]
    assert not [line for line in process.log if "Traceback" in line or "defect" in line]


@pytest.fixture(scope="module")
def channel(station, port):
    with grpc.insecure_channel(station) as channel:
        _send(channel, f"{PIN_MAP}/UpdatePinMapFromXml", _update("map", MAP.encode()))
        for service_class in ("c.A", "c.B"):
            service = discovery.RegisterServiceRequest()
            service.service_description.display_name = "a service"
            service.service_description.service_class = service_class
            service.service_description.provided_interfaces.append("i.One")
            service.location.location = "localhost"
            service.location.insecure_port = port
            _send(channel, REGISTER, service.SerializeToString())
        yield channel


@pytest.fixture(scope="module")
def port(station):
    """Return the port at which the registered services seem to listen."""
    return station.rpartition(":")[2]


def _send(channel, method, data):
    """Send bytes; return the status, the text and the bytes of the answer."""
    waits = method in RESERVING and _may_wait(RESERVING[method], data)
    call = channel.unary_unary(method)
    try:
        return grpc.StatusCode.OK, "", call(data, timeout=WAIT if waits else LIMIT)
    except grpc.RpcError as error:
        if waits and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            return grpc.StatusCode.UNAVAILABLE, error.details(), b""
        return error.code(), error.details(), b""


def _may_wait(kind, data):
    try:
        return kind.FromString(data).timeout_in_milliseconds not in (0, -2, -(2**31))
    except DecodeError:
        return False


def _update(pin_map_id, xml):
    """Return the bytes of a request to update a pin map; the text of it may be no text at all."""
    request = pin_maps.UpdatePinMapFromXmlRequest(pin_map_id=pin_map_id).SerializeToString()
    length, size = len(xml), b""
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return request + b"\x12" + size + bytes([length]) + xml


def _use(channel):
    """Load a pin map, reserve a session of it and free it; return the names of what was got."""
    status, text, _ = _send(channel, f"{PIN_MAP}/UpdatePinMapFromXml", _update("new", MAP.encode()))
    assert status is grpc.StatusCode.OK, text
    freed = management.UnreserveSessionsRequest()
    freed.sessions.add().session.name = "niDMM-DMM1"
    _send(channel, f"{MANAGEMENT}/UnreserveSessions", freed.SerializeToString())
    wanted = management.ReserveSessionsRequest(instrument_type_id="niDMM")
    wanted.pin_map_context.pin_map_id = "new"
    status, text, data = _send(channel, f"{MANAGEMENT}/ReserveSessions", wanted.SerializeToString())
    assert status is grpc.StatusCode.OK, text
    sessions = management.ReserveSessionsResponse.FromString(data).sessions
    _send(channel, f"{MANAGEMENT}/UnreserveSessions", freed.SerializeToString())
    return [session.session.name for session in sessions]


def _check(channel, method, data):
    status, text, answer = _send(channel, method, data)
    assert status in ANSWERS, (method, status, text)
    if status is grpc.StatusCode.OK:
        MESSAGES[method].output_type._concrete_class.FromString(answer)
    else:
        assert text.strip(), "a refusal says why"
    return status, text


def _check_calls(channel, port, calls):
    for call in calls:
        if isinstance(call.request, discovery.RegisterServiceRequest):
            location = call.request.location
            location.insecure_port = location.insecure_port.replace(PORT, port)
        _check(channel, call.method, call.request.SerializeToString())


@settings(once, max_examples=100)
@given(CALLS_IN_A_ROW)
def test_any_call_is_answered_or_refused(channel, port, calls):
    """Whatever is sent, in whatever order: an answer or a documented status, in bounded time."""
    _check_calls(channel, port, calls)


@pytest.mark.reliability
@pytest.mark.timeout(900)
@settings(once, max_examples=3000)
@given(CALLS_IN_A_ROW)
def test_tens_of_thousands_of_calls_are_answered_or_refused(channel, port, calls):
    """The same for what chance brings seldom."""
    _check_calls(channel, port, calls)


@settings(once, max_examples=150)
@given(st.sampled_from(sorted(MESSAGES)), damaged(CALLS.map(lambda call: call.request)))
def test_any_bytes_are_answered_or_refused(channel, method, data):
    """Bytes that are no request, or one of another method, are refused as what they are."""
    _check(channel, method, data)


@settings(once, max_examples=100)
@given(pin_map_bytes() | pin_map_texts().map(lambda text: text.encode("utf-8", "replace")))
def test_any_pin_map_is_taken_or_refused(channel, data):
    """A pin map that is taken can be asked for all there is; a refusal names the line."""
    status, text = _check(channel, f"{PIN_MAP}/UpdatePinMapFromXml", _update("any", data))
    if status is not grpc.StatusCode.OK:
        assert status is grpc.StatusCode.INVALID_ARGUMENT
        assert text.startswith("Pin map, line ") or "no valid protobuf message" in text
        return
    for call in _questions():
        assert _check(channel, call.method, call.request.SerializeToString())[0] in (
            grpc.StatusCode.OK,
            grpc.StatusCode.UNAVAILABLE,
        )


def _questions():
    """Return calls that ask for all that is in the pin map."""
    everything = management.ReserveSessionsRequest()
    everything.pin_map_context.pin_map_id = "any"
    multiplexers = management.GetMultiplexerSessionsRequest()
    multiplexers.pin_map_context.pin_map_id = "any"
    resources = pin_maps.QueryResourceAccessInformationRequest(pin_map_id="any")
    return [
        Call(f"{PIN_MAP}/QueryPins", pin_maps.QueryPinsRequest(pin_map_id="any")),
        Call(f"{PIN_MAP}/QueryRelays", pin_maps.QueryRelaysRequest(pin_map_id="any")),
        Call(f"{PIN_MAP}/QueryResourceAccessInformation", resources),
        Call(f"{MANAGEMENT}/ReserveSessions", everything),
        Call(f"{MANAGEMENT}/GetMultiplexerSessions", multiplexers),
    ]
