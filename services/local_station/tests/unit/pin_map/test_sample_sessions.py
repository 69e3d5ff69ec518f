"""The sessions of NI's sample pin maps, against a table that was worked out by hand."""

from __future__ import annotations

import pytest

from local_station.pin_map.parsing import parse_pin_map
from local_station.session_management.choice import choose
from services.local_station.tests.sample_pin_maps import (
    SAMPLES,
    expected_sessions,
    needs_samples,
)

EXPECTED = expected_sessions()


def _channel(connection):
    """Return where a connection leads as the table writes it: channel, multiplexer and route."""
    way = f" by {connection.multiplexer}, {connection.route}" if connection.multiplexer else ""
    return f"{connection.channel}{way}"


def _told(session):
    sites = {}
    for connection in session.connections:
        sites.setdefault(str(connection.site), {})[connection.name] = _channel(connection)
    told = _named(session)
    return {**told, "channel_list": session.channel_list, "sites": sites}


def _named(session):
    return {
        "name": session.name,
        "resource_name": session.resource_name,
        "type": session.type_id,
    }


@needs_samples
def test_table_has_every_sample():
    """No sample is left out, and each entry names the rule that it was worked out by."""
    assert set(EXPECTED) == {path.stem for path in SAMPLES.glob("*.pinmap")}
    assert all(entry["rule"] for entry in EXPECTED.values())


@needs_samples
@pytest.mark.parametrize("sample", sorted(EXPECTED))
def test_sessions_are_those_of_the_table(sample):
    """Names, resources, channels, mappings and routes of real files are what the rules say."""
    text = (SAMPLES / f"{sample}.pinmap").read_text("utf-8")  # a byte order mark stays in
    choice = choose(parse_pin_map(text), (), (), "")
    assert [_told(session) for session in choice.sessions] == EXPECTED[sample]["sessions"]
    multiplexers = EXPECTED[sample].get("multiplexers", [])
    assert [_named(session) for session in choice.multiplexers] == multiplexers
    connections = [one for session in choice.sessions for one in session.connections]
    mappings = [pin for each in EXPECTED[sample]["sessions"] for pin in each["sites"].values()]
    assert len(connections) == sum(map(len, mappings))
