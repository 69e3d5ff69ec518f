"""The station's pin maps as NI's own client and stubs see them."""

from __future__ import annotations

import re

import grpc
import pytest
from ni.measurementlink.pinmap.v1 import pin_map_service_pb2 as messages
from ni.measurementlink.pinmap.v1 import pin_map_service_pb2_grpc as stubs
from ni.measurementlink.pinmap.v1.client import PinMapClient

from services.local_station.tests.pin_map_texts import (
    DCPOWER,
    LOGGER,
    connection,
    group_text,
    groups_text,
    pin_map_text,
    pins_text,
    system_connection,
)
from services.local_station.tests.sample_pin_maps import SAMPLES, needs_samples
from session_sharing.testing.processes import running_station

CONNECTED = re.compile(r"<(?:(?:System)?(?:Relay)?Connection|MultiplexedDUTPinRoute) ")
LIMIT = 20
MAP = pin_map_text(
    DCPOWER
    + LOGGER
    + '<Multiplexer name="M" multiplexerTypeId="Matrix"/>'
    + '<NIRelayDriverModule name="RD" numberOfControlLines="8"/>',
    connection("A", "0,1", "DCPower1", 2)
    + system_connection("S", "log.ndjson", 0)
    + '<MultiplexedConnection instrument="DCPower1" channel="0"><MultiplexedDUTPinRoute pin="B" '
    'siteNumber="1" multiplexer="M" routeName="C1-&gt;r0"/></MultiplexedConnection>'
    + '<SystemRelayConnection relay="R" relayDriverModule="RD" controlLine="K3"/>',
    pins=pins_text("A", "B", system=("S",)),
    others=groups_text(group_text("G", "B", "H"), group_text("H", "A"))
    + '<Relays><SystemRelay name="R"/></Relays><RelayGroups><RelayGroup name="RG">'
    '<RelayReference relay="R"/></RelayGroup></RelayGroups>',
)


@pytest.fixture(scope="module")
def channel(tmp_path_factory):
    with (
        running_station(tmp_path_factory.mktemp("home")) as station,
        grpc.insecure_channel(station.address) as channel,
    ):
        yield channel


@pytest.fixture(scope="module")
def stub(channel):
    return stubs.PinMapServiceStub(channel)


@pytest.fixture
def registered(stub, request):
    """Return the id of a pin map that is this test's own."""
    pin_map_id = f"{request.node.name}.pinmap"
    stub.CreatePinMapFromXml(
        messages.CreatePinMapFromXmlRequest(pin_map_id=pin_map_id, pin_map_xml=MAP), timeout=LIMIT
    )
    return pin_map_id


def _query(stub, pin_map_id, **selection):
    request = messages.QueryResourceAccessInformationRequest(pin_map_id=pin_map_id, **selection)
    return stub.QueryResourceAccessInformation(request, timeout=LIMIT)


def test_nis_client_registers_a_file_again_and_again(channel, stub, tmp_path):
    """The path as it is written is the id, blanks and a byte order mark included."""
    path = tmp_path / "my pin map é.pinmap"
    client = PinMapClient(grpc_channel=channel)
    for pins in ("A", "B"):
        path.write_text(pin_map_text(pins=pins_text(pins)), encoding="utf-8-sig")
        assert client.update_pin_map(path) == str(path)
    found = stub.GetPinMap(messages.GetPinMapRequest(pin_map_id=str(path)), timeout=LIMIT)
    assert found.pin_map_id == str(path)
    pins = stub.QueryPins(messages.QueryPinsRequest(pin_map_id=str(path)), timeout=LIMIT).pins
    assert [pin.display_name for pin in pins] == ["B"]


def test_resources_of_a_selection_are_told(stub, registered):
    """Resource, channels, sites, route and groups arrive in NI's own messages."""
    answer = _query(stub, registered, sites=[1], pin_or_relay_names=["G"])
    (resource,) = answer.resource_access_information
    assert resource.resource_name == "DCPower1/0, DCPower1/2"
    assert (resource.channel_list, resource.instrument_type_id) == (
        "DCPower1/0, DCPower1/2",
        "niDCPower",
    )
    routed, direct = resource.channel_mappings
    assert (routed.pin_or_relay_name, routed.site, routed.channel) == ("B", 1, "DCPower1/0")
    assert (routed.multiplexer_resource_name, routed.multiplexer_route) == ("M", "C1->r0")
    assert routed.multiplexer_type_id == "Matrix"
    assert (direct.pin_or_relay_name, direct.multiplexer_resource_name) == ("A", "")
    assert list(answer.group_mappings["G"].pin_or_relay_names) == ["B", "A"]
    assert list(answer.group_mappings) == ["G"]


def test_system_pins_have_site_minus_one(stub, registered):
    """They are told for every site, and their type can be asked for alone."""
    answer = _query(stub, registered, sites=[0], instrument_type_id="FileLogger")
    (resource,) = answer.resource_access_information
    assert resource.resource_name == "log.ndjson"
    assert [mapping.site for mapping in resource.channel_mappings] == [-1]


def test_pins_and_relays_are_listed(stub, registered):
    """With their groups, what these refer to, and what that comes to."""
    pins = stub.QueryPins(messages.QueryPinsRequest(pin_map_id=registered), timeout=LIMIT)
    assert [(pin.display_name, pin.is_system_pin) for pin in pins.pins] == [
        ("A", False),
        ("B", False),
        ("S", True),
    ]
    group = pins.pin_groups[0]
    assert (group.display_name, list(group.pin_or_group_references), list(group.resolved_pins)) == (
        "G",
        ["B", "H"],
        ["B", "A"],
    )
    relays = stub.QueryRelays(messages.QueryRelaysRequest(pin_map_id=registered), timeout=LIMIT)
    assert [(relay.display_name, relay.is_system_relay) for relay in relays.relays] == [("R", True)]
    assert list(relays.relay_groups[0].relay_or_group_references) == ["R"]
    assert list(relays.relay_groups[0].resolved_relays) == ["R"]


def test_pins_of_an_instrument_type_are_listed(stub, registered):
    """The filter reaches the pins and their groups."""
    request = messages.QueryPinsRequest(pin_map_id=registered, instrument_type_id="FileLogger")
    answer = stub.QueryPins(request, timeout=LIMIT)
    assert [pin.display_name for pin in answer.pins] == ["S"]
    assert not answer.pin_groups


@pytest.mark.parametrize(
    ("call", "fields", "status", "text"),
    [
        ("CreatePinMapFromXml", {"pin_map_xml": MAP}, "ALREADY_EXISTS", "UpdatePinMapFromXml"),
        ("CreatePinMapFromXml", {"pin_map_id": "  "}, "INVALID_ARGUMENT", "blank"),
        ("UpdatePinMapFromXml", {"pin_map_id": "x"}, "INVALID_ARGUMENT", "no element found"),
        (
            "UpdatePinMapFromXml",
            {"pin_map_id": "", "pin_map_xml": MAP},
            "INVALID_ARGUMENT",
            "blank",
        ),
        ("GetPinMap", {"pin_map_id": "x"}, "NOT_FOUND", "update_pin_map"),
        ("QueryPins", {"pin_map_id": "x"}, "NOT_FOUND", "update_pin_map"),
        ("QueryRelays", {"pin_map_id": "x"}, "NOT_FOUND", "update_pin_map"),
        ("QueryResourceAccessInformation", {"pin_map_id": "x"}, "NOT_FOUND", "update_pin_map"),
        ("QueryResourceAccessInformation", {"sites": [2, 3]}, "NOT_FOUND", ' numbers: "2", "3"'),
        (
            "QueryResourceAccessInformation",
            {"pin_or_relay_names": ["A", "a"]},
            "INVALID_ARGUMENT",
            '"a". Do you mean "A"',
        ),
        (
            "QueryResourceAccessInformation",
            {"pin_or_relay_names": [""]},
            "INVALID_ARGUMENT",
            "name of a pin or relay is empty",
        ),
    ],
)
def test_refusals_have_the_documented_status(stub, registered, call, fields, status, text):
    """Programs decide by the status, people by the text."""
    request = getattr(messages, f"{call}Request")(**{"pin_map_id": registered, **fields})
    with pytest.raises(grpc.RpcError) as raised:
        getattr(stub, call)(request, timeout=LIMIT)
    assert raised.value.code() is grpc.StatusCode[status]
    assert text in raised.value.details()


def test_refused_update_leaves_the_pin_map(stub, registered):
    """A file that was saved half does not take away what works."""
    request = messages.UpdatePinMapFromXmlRequest(
        pin_map_id=registered, pin_map_xml=MAP[: len(MAP) // 2]
    )
    with pytest.raises(grpc.RpcError):
        stub.UpdatePinMapFromXml(request, timeout=LIMIT)
    assert _query(stub, registered).resource_access_information


@needs_samples
def test_pin_maps_of_nis_examples_are_accepted(channel, stub):
    """Every connection of every sample is found again, whatever its instruments."""
    client = PinMapClient(grpc_channel=channel)
    paths = sorted(SAMPLES.glob("*.pinmap"))
    assert paths
    for path in paths:
        answer = _query(stub, client.update_pin_map(path))
        told = [
            (mapping.pin_or_relay_name, mapping.site, resource.instrument_type_id)
            for resource in answer.resource_access_information
            for mapping in resource.channel_mappings
        ]
        assert len(set(told)) == len(told) == len(CONNECTED.findall(path.read_text("utf-8-sig")))
