"""How many connections a pin map may have, and how long their names may be."""

from __future__ import annotations

import pytest

from local_station.pin_map import connections
from local_station.pin_map.parsing import parse_pin_map
from services.local_station.tests.pin_map_texts import DMM, connection, pin_map_text
from session_sharing.errors import InvalidRequestError

LETTERS = len("P" + "DMM1" + "0")
"""How long the names of one connection are."""


@pytest.mark.parametrize(
    ("bound", "most", "text"),
    [
        ("MAX_CONNECTIONS", 3, "there are more than 3 connections"),
        ("MAX_TEXT", 3 * LETTERS, "the names of all connections have over 18 letters"),
    ],
)
def test_connections_are_bounded(monkeypatch, bound, most, text):
    """Lists of sites, and long names, cannot make a short text a huge pin map."""
    monkeypatch.setattr(connections, bound, most)
    assert parse_pin_map(pin_map_text(DMM, connection("P", "0,1,2", "DMM1", 0), sites=4))
    xml = pin_map_text(DMM, connection("P", "0,1,2,3", "DMM1", 0), sites=4)
    with pytest.raises(InvalidRequestError) as raised:
        parse_pin_map(xml)
    assert f"line 6, <Connection>: {text}" in str(raised.value)
