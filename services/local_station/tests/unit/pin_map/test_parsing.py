"""What is passed over in a pin map, and which instruments and connections are refused."""

from __future__ import annotations

import pytest

from local_station.pin_map.model import PinMap
from local_station.pin_map.parsing import parse_pin_map
from services.local_station.tests.pin_map_texts import (
    DCPOWER,
    DMM,
    LOGGER,
    MULTIPLEXERS,
    RELAYS,
    connection,
    group_text,
    groups_text,
    pin_map_text,
    pins_text,
    system_connection,
)
from session_sharing.errors import InvalidRequestError


def _refusal(xml):
    with pytest.raises(InvalidRequestError) as raised:
        parse_pin_map(xml)
    return str(raised.value)


def test_order_of_sections_makes_no_difference():
    """Files of the first schema have their pins before their instruments."""
    xml = pin_map_text(LOGGER, connection("P", 0, "log.ndjson", 0))
    first, instruments, pins, *rest = xml.splitlines()
    assert parse_pin_map("\n".join([first, pins, instruments, *rest])) == parse_pin_map(xml)


def test_what_is_not_known_is_passed_over():
    """Newer schemas add elements and attributes; what is known still works."""
    xml = pin_map_text(
        f"{LOGGER}<Comment/><NewInstrument name='X' shape='round'/>",
        connection("P", 0, "log.ndjson", 0).replace("/>", ' color="red"><Note/></Connection>')
        + connection("P", 0, "X", "anything")
        + "<NewConnection/>",
        others="<RelayConfigurations/><Unheard><DUTPin name='no pin'/></Unheard>",
    ).replace('"1.6"', '"7.3"')
    found = parse_pin_map(xml)
    assert found.pins == ("P",)
    assert [session.resource_name for session in found.sessions] == ["log.ndjson"]


def test_kinds_without_sessions_are_accepted_with_their_connections():
    """A system connection to a model-based instrument need not name a channel: it may have none."""
    model = '<NIModelBasedInstrument name="M"><Resource owner="o"/></NIModelBasedInstrument>'
    others = "".join(
        f'<{tag} name="{tag}"/>'
        for tag in (
            "NIHSDIOInstrument",
            "NIRFSAInstrument",
            "NIRFSGInstrument",
            "NIVSTInstrument",
            "NIRFPMInstrument",
            "NI5530RFPortModule",
        )
    )
    xml = pin_map_text(
        model + others,
        '<SystemConnection pin="S" instrument="M"/>' + connection("P", 0, "NIRFSAInstrument", "In"),
        pins=pins_text("P", system=("S",)),
    )
    assert parse_pin_map(xml).sessions == ()
    with_relay = '<SystemRelayConnection relay="SR" relayDriverModule="M"/>'
    assert "the attribute controlLine is missing" in _refusal(
        pin_map_text(model, with_relay, others=RELAYS)
    )


def test_what_is_only_unfinished_is_accepted():
    """What an editor warns of is no error: nothing connected, groups that are empty, no sites."""
    unconnected = parse_pin_map(pin_map_text(LOGGER, others=groups_text(group_text("G"))))
    assert (unconnected.pin_groups, unconnected.sessions) == ({"G": ()}, ())
    empty = pin_map_text(pins="", sites=0)
    assert parse_pin_map(empty) == PinMap()
    assert parse_pin_map(empty).text_size == len(empty)


@pytest.mark.parametrize(
    ("instruments", "text"),
    [
        ("<NIDmmInstrument/>", "line 2, <NIDmmInstrument>: the attribute name is missing"),
        (DMM + DMM, 'line 2, <NIDmmInstrument>: the name "DMM1" is taken'),
        (DMM + LOGGER.replace("log.ndjson", "dmm1"), 'the name "dmm1" is taken by the <NIDmmInst'),
        (DMM + '<Multiplexer name="DMM1"/>', '<Multiplexer>: the name "DMM1" is taken'),
        ('<Instrument name="a"/>', "<Instrument>: the attribute instrumentTypeId is missing"),
        (
            '<Instrument name="a" instrumentTypeId="niX"/>',
            'instrumentTypeId "niX" begins with "ni"',
        ),
        (
            LOGGER.replace('<Channel id="0"/>', "<Channel/>"),
            "<Channel>: the attribute id is missing",
        ),
        (
            LOGGER.replace("</", '<ChannelGroup id="g"><Channel id="0"/></ChannelGroup></'),
            'line 2, <Channel>: the id "0" is there already',
        ),
        (
            LOGGER.replace("</", '<ChannelGroup id="g"/><ChannelGroup id="g"/></'),
            '<ChannelGroup>: the id "g" is there already',
        ),
        (DCPOWER.replace(' numberOfChannels="4"', ""), "the attribute numberOfChannels is missing"),
        (DCPOWER.replace('"4"', '"four"'), '"four" in numberOfChannels is no whole number'),
        (DCPOWER.replace('"G"', '""'), "<ChannelGroup>: the attribute name is missing"),
        (DCPOWER.replace('"G"', '"G" channels="0-4"'), "<ChannelGroup>: there is no channel 4"),
        (DCPOWER.replace('"G"', '"G" channels="2:1"'), 'the range "2:1" in channels counts down'),
        (DCPOWER.replace('"G"', '"G" channels="0,"'), '"" in channels is no whole number'),
        (
            DCPOWER.replace('"G"/>', '"G" channels="0:2"/><ChannelGroup name="H" channels="2"/>'),
            '<ChannelGroup>: channel 2 is also in the group "G"',
        ),
        ('<NIFGenInstrument name="F"/>', "the attribute numberOfChannels is missing"),
        ('<NIDAQmxTask name="T" channelList="c"/>', "the attribute taskType is missing"),
        ('<NIDAQmxTask name="T" taskType="t"/>', "the attribute channelList is missing"),
        ('<NIRelayDriverModule name="D"/>', "the attribute numberOfControlLines is missing"),
        (
            '<NIRelayDriverModule name="D" numberOfControlLines="many"/>',
            '"many" in numberOfControlLines is no whole number',
        ),
        ("<NIHSDIOInstrument/>", "line 2, <NIHSDIOInstrument>: the attribute name is missing"),
    ],
)
def test_wrong_instrument_is_refused(instruments, text):
    """An instrument that is wrong is refused with line, element and reason."""
    assert text in _refusal(pin_map_text(instruments))


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ("<Connection/>", "line 6, <Connection>: the attribute instrument is missing"),
        (connection("X", 0, "DMM1", 0), 'line 6, <Connection>: there is no <DUTPin> "X"'),
        (connection("S", 0, "DMM1", 0), 'there is no <DUTPin> "S"'),
        (system_connection("P", "DMM1", 0), '<SystemConnection>: there is no <SystemPin> "P"'),
        (connection("P", 0, "DMM2", 0), 'there is no instrument "DMM2"'),
        (connection("P", 0, "M", 0), 'there is no instrument "M"'),
        (connection("P", 0, "DMM1", 1), '"DMM1" has no channel "1"'),
        (connection("P", 0, "DMM1", ""), "the attribute channel is missing"),
        (connection("P", 0, "log.ndjson", "00"), '"log.ndjson" has no channel "00"'),
        (
            '<Connection pin="P" siteNumber="0" instrument="DMM1"/>',
            "line 6, <Connection>: the attribute channel is missing",
        ),
        (system_connection("S", "DCPower1", ""), "the attribute channel is missing"),
        ('<SystemConnection pin="S" instrument="DCPower1"/>', "the attribute channel is missing"),
        (connection("P", 2, "DMM1", 0), "there is no site 2"),
        (connection("P", "0,2", "DMM1", 0), "there is no site 2"),
        (connection("P", "0,0", "DMM1", 0), 'a number is twice in siteNumber="0,0"'),
        (connection("P", "all", "DMM1", 0), '"all" in siteNumber is no whole number'),
        (
            connection("P", 1, "DCPower1", 0) + "\n" + connection("P", "0,1", "DCPower1", 1),
            'line 7, <Connection>: "P" is connected to "niDCPower" on site 1 on line 6 already',
        ),
        (
            system_connection("S", "DCPower1", 0) + system_connection("S", "DCPower1", 1),
            '<SystemConnection>: "S" is connected to "niDCPower" on line 6 already',
        ),
        (
            '<RelayConnection relay="R" siteNumber="0" relayDriverModule="D" controlLine="K0"/>',
            '<RelayConnection>: there is no instrument "D"',
        ),
        (
            '<SystemRelayConnection relay="R" relayDriverModule="DMM1" controlLine="0"/>',
            'there is no <SystemRelay> "R"',
        ),
    ],
)
def test_wrong_connection_is_refused(wrong, text):
    """A connection from or to something that is not there is refused with line and reason."""
    instruments = DMM + LOGGER + DCPOWER + MULTIPLEXERS
    xml = pin_map_text(instruments, wrong, pins=pins_text("P", system=("S",)), others=RELAYS)
    assert text in _refusal(xml)


@pytest.mark.parametrize(
    ("attribute", "value", "text"),
    [
        ("multiplexer", "X", 'line 6, <MultiplexedDUTPinRoute>: there is no multiplexer "X"'),
        ("multiplexer", "DMM1", 'there is no multiplexer "DMM1"'),
        ("routeName", "", "the attribute routeName is missing"),
        ("pin", "X", 'there is no <DUTPin> "X"'),
        ("siteNumber", "9", "there is no site 9"),
    ],
)
def test_wrong_route_is_refused(attribute, value, text):
    """A route through a multiplexer is as strict as a direct connection."""
    given = {"pin": "P", "siteNumber": "0", "multiplexer": "M", "routeName": "r"} | {
        attribute: value
    }
    route = " ".join(f'{name}="{text}"' for name, text in given.items())
    routed = (
        '<MultiplexedConnection instrument="DMM1" channel="0">'
        f"<MultiplexedDUTPinRoute {route}/></MultiplexedConnection>"
    )
    assert text in _refusal(pin_map_text(DMM + MULTIPLEXERS, routed))


def test_connected_channel_must_be_in_a_channel_group():
    """A channel outside of all groups has no session; its instrument's line is named."""
    instruments = DCPOWER.replace('"G"', '"G" channels="0"')
    text = _refusal(pin_map_text(instruments, connection("P", 0, "DCPower1", 1)))
    assert text.endswith("Add it to one; line 2 declares the instrument.")
    assert 'channel 1 of "DCPower1" is in none of its channel groups' in text


def test_two_sessions_of_one_name_are_refused():
    """A session's name is what is reserved, so no two instruments may come to the same."""
    instruments = "".join(
        f'<Instrument name="{name}" instrumentTypeId="{kind}"><Channel id="0"/></Instrument>'
        for name, kind in (("b-c", "a"), ("c", "a-b"))
    )
    connected = connection("P", 0, "b-c", 0) + connection("P", 0, "c", 0)
    assert 'its session would be called "a-b-c"' in _refusal(pin_map_text(instruments, connected))
