"""Which sessions come out of instruments and connections, and what they are called."""

from __future__ import annotations

import pytest

from local_station.pin_map.model import SYSTEM_SITE, Connection
from local_station.pin_map.parsing import parse_pin_map
from services.local_station.tests.pin_map_texts import (
    DCPOWER,
    DMM,
    LOGGER,
    connection,
    pin_map_text,
    pins_text,
    system_connection,
)


def _sessions(instruments, connections, **others):
    return parse_pin_map(pin_map_text(instruments, connections, **others)).sessions


def _numbered(tag, name, count=4, **attributes):
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{tag} name="{name}" numberOfChannels="{count}"{more}/>'


def _named(sessions):
    return {session.name: session.resource_name for session in sessions}


def _channels(session):
    return [connected.channel for connected in session.connections]


def test_custom_instrument_is_one_session():
    """A custom instrument's name is what its driver opens, whatever its channels and groups."""
    instrument = LOGGER.replace("</", '<ChannelGroup id="g"><Channel id="aux"/></ChannelGroup></')
    (session,) = _sessions(
        instrument, connection("P", 0, "log.ndjson", "aux") + connection("P", 1, "log.ndjson", 0)
    )
    assert session.name == "FileLogger-log.ndjson"
    assert (session.resource_name, session.instrument_type_id) == ("log.ndjson", "FileLogger")
    assert session.connections == (Connection("P", 0, "aux"), Connection("P", 1, "0"))


def test_aliases_of_one_resource_are_sessions_of_their_own():
    """So each measurement has a reservation of its own on the same file."""
    instruments = "".join(
        LOGGER.replace("log.ndjson", f"log.ndjson?client={name}") for name in ("one", "two")
    )
    connections = "".join(
        connection("P", site, f"log.ndjson?client={name}", 0)
        for site, name in enumerate(("one", "two"))
    )
    assert _named(_sessions(instruments, connections)) == {
        f"FileLogger-log.ndjson?client={name}": f"log.ndjson?client={name}"
        for name in ("one", "two")
    }


def test_name_of_an_instrument_is_that_of_its_declaration():
    """Connections may write it in other letter case, as NI's tools allow."""
    (session,) = _sessions(LOGGER, connection("P", 0, "LOG.ndjson", 0))
    assert session.resource_name == "log.ndjson"


def test_channel_group_is_one_session_of_all_its_connected_channels():
    """Across instruments, and by instrument and number, not in the order of the connections."""
    second = DCPOWER.replace("DCPower1", "DCPower2")
    connections = (
        connection("A", 0, "DCPower1", 1)
        + connection("B", 0, "DCPower1", 3)
        + connection("C", 0, "DCPower1", 0)
        + system_connection("S", "DCPower2", 2)
    )
    (session,) = _sessions(
        DCPOWER + second, connections, pins=pins_text("A", "B", "C", system=("S",))
    )
    assert session.resource_name == "DCPower1/0, DCPower1/1, DCPower1/3, DCPower2/2"
    assert session.name == f"niDCPower-{session.resource_name}"
    assert _channels(session) == ["DCPower1/1", "DCPower1/3", "DCPower1/0", "DCPower2/2"]
    assert session.connections[-1].site == SYSTEM_SITE


def test_channels_are_ordered_by_number_and_each_is_there_once():
    """Channel 10 comes after channel 9, and a shared channel is opened once."""
    instrument = DCPOWER.replace('"4"', '"12"')
    connections = (
        connection("A", "0,1", "DCPower1", 10)
        + connection("B", 0, "DCPower1", " 9")
        + connection("C", 0, "DCPower1", "010")
    )
    (session,) = _sessions(instrument, connections, pins=pins_text("A", "B", "C"))
    assert session.resource_name == "DCPower1/9, DCPower1/10"
    assert _channels(session) == ["DCPower1/10", "DCPower1/10", "DCPower1/9", "DCPower1/10"]


def test_channel_groups_divide_an_instrument():
    """Each group is a session; a group's name differs by letter case; blanks do no harm."""
    groups = '"G" channels=" 0 : 1,3"/><ChannelGroup name="g" channels="2-2"/>'
    connections = "".join(connection(f"P{number}", 0, "DCPower1", number) for number in range(4))
    sessions = _sessions(
        DCPOWER.replace('"G"/>', groups), connections, pins=pins_text("P0", "P1", "P2", "P3")
    )
    assert [session.resource_name for session in sessions] == [
        "DCPower1/0, DCPower1/1, DCPower1/3",
        "DCPower1/2",
    ]


def test_power_supply_without_channel_groups_is_one_session():
    """Two instruments without groups do not come together."""
    instruments = "".join(_numbered("NIDCPowerInstrument", name) for name in ("D1", "D2"))
    connections = connection("P", 0, "D1", 0) + connection("P", 1, "D2", 1)
    assert _named(_sessions(instruments, connections)) == {
        "niDCPower-D1/0": "D1/0",
        "niDCPower-D2/1": "D2/1",
    }


def test_multimeter_is_one_session_with_channel_0():
    """System pins may leave the only channel out."""
    (session,) = _sessions(
        DMM,
        connection("P", 0, "DMM1", 0) + '<SystemConnection pin="S" instrument="DMM1"/>',
        pins=pins_text("P", system=("S",)),
    )
    assert (session.name, session.resource_name) == ("niDMM-DMM1", "DMM1")
    assert _channels(session) == ["0", "0"]


@pytest.mark.parametrize(
    ("instruments", "connections", "named", "channels"),
    [
        (
            _numbered("NIFGenInstrument", "F1") + _numbered("NIFGenInstrument", "F2"),
            connection("P", 0, "F1", 0) + connection("P", 1, "F2", 3),
            {"niFGen-F1": "F1", "niFGen-F2": "F2"},
            ["0", "3"],
        ),
        (
            _numbered("NIScopeInstrument", "S1", group="G"),
            connection("P", 0, "S1", 0),
            {"niScope-S1": "S1"},
            ["0"],
        ),
        (
            _numbered("NIScopeInstrument", "S2", group="G")
            + _numbered("NIScopeInstrument", "S1", group="G"),
            connection("P", 0, "S1", 0) + connection("P", 1, "S2", 1),
            {"niScope-S2,S1": "S2,S1"},
            ["S1/0", "S2/1"],
        ),
        (
            _numbered("NIScopeInstrument", "S1") + _numbered("NIScopeInstrument", "S2"),
            connection("P", 0, "S1", 0) + connection("P", 1, "S2", 1),
            {"niScope-S1": "S1", "niScope-S2": "S2"},
            ["0", "1"],
        ),
        (
            _numbered("NIDigitalPatternInstrument", "D1", group="G"),
            connection("P", "0,1", "D1", 0),
            {"niDigitalPattern-D1": "D1"},
            ["site0/P", "site1/P"],
        ),
        (
            '<NIDAQmxTask name="Dev1" taskType="AnalogInput" channelList="Dev1/ai0"/>',
            connection("P", 0, "Dev1", "Dev1/ai0"),
            {"Dev1": "Dev1"},
            ["Dev1/ai0"],
        ),
    ],
)
def test_other_kinds_of_instruments(instruments, connections, named, channels):
    """Each kind has sessions, names and channels as its NI driver expects them."""
    sessions = _sessions(instruments, connections)
    assert _named(sessions) == named
    assert [channel for session in sessions for channel in _channels(session)] == channels


def test_digital_channel_of_a_system_pin_is_the_pin():
    """A system pin is on no site."""
    (session,) = _sessions(
        _numbered("NIDigitalPatternInstrument", "D1"),
        system_connection("S", "D1", 0),
        pins=pins_text(system=("S",)),
    )
    assert _channels(session) == ["S"]


def test_relay_driver_is_one_session():
    """Its channels are its control lines."""
    (session,) = _sessions(
        '<NIRelayDriverModule name="RD" numberOfControlLines="64"/>',
        '<RelayConnection relay="R" siteNumber="1" relayDriverModule="RD" controlLine="K10"/>'
        '<SystemRelayConnection relay="SR" relayDriverModule="RD" controlLine="K2"/>',
        others='<Relays><SiteRelay name="R"/><SystemRelay name="SR"/></Relays>',
    )
    assert (session.name, session.resource_name) == ("niRelayDriver-RD", "RD")
    assert session.connections == (
        Connection("R", 1, "K10"),
        Connection("SR", SYSTEM_SITE, "K2"),
    )


def test_multiplexed_connection_names_multiplexer_and_route():
    """Two pins share a channel through routes, which are unescaped, and it counts as connected."""
    routes = "".join(
        f'<MultiplexedDUTPinRoute pin="{pin}" siteNumber="0" multiplexer="switch1" '
        f'routeName="C1-&gt;{row}"/>'
        for pin, row in (("A", "r0"), ("B", "r1"))
    )
    (session,) = _sessions(
        DCPOWER + '<Multiplexer name="SWITCH1" multiplexerTypeId="2x2"/>',
        f'<MultiplexedConnection instrument="DCPower1" channel="2">{routes}'
        "</MultiplexedConnection>",
        pins=pins_text("A", "B"),
    )
    assert session.resource_name == "DCPower1/2"
    assert session.connections == (
        Connection("A", 0, "DCPower1/2", "SWITCH1", "C1->r0", "2x2"),
        Connection("B", 0, "DCPower1/2", "SWITCH1", "C1->r1", "2x2"),
    )


def test_sessions_come_in_the_order_of_their_instruments():
    """Not in that of the connections, which may go criss-cross."""
    sessions = _sessions(
        DMM + LOGGER, connection("P", 0, "log.ndjson", 0) + connection("P", 0, "DMM1", 0)
    )
    assert [session.name for session in sessions] == ["niDMM-DMM1", "FileLogger-log.ndjson"]
