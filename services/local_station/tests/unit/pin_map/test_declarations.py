"""What a pin map declares: pins, relays, their groups and configurations, and sites."""

from __future__ import annotations

import pytest

from local_station.pin_map.parsing import parse_pin_map
from services.local_station.tests.pin_map_texts import (
    MULTIPLEXERS,
    RELAYS,
    group_text,
    groups_text,
    pin_map_text,
    pins_text,
)
from session_sharing.errors import InvalidRequestError


def _refusal(xml):
    with pytest.raises(InvalidRequestError) as raised:
        parse_pin_map(xml)
    return str(raised.value)


def _position(attributes, name="C"):
    position = f"<RelayPosition {attributes}/>"
    return f'<RelayConfiguration name="{name}">{position}</RelayConfiguration>'


def test_declarations_keep_their_order():
    """Pins, relays, groups and sites come out as they stand in the file."""
    found = parse_pin_map(
        pin_map_text(
            MULTIPLEXERS,
            pins=pins_text("B", "A", system=("S",)),
            others=groups_text(group_text("G", "A", "H"), group_text("H", "S")) + RELAYS,
        )
    )
    assert (found.pins, found.system_pins, found.sites) == (("B", "A"), ("S",), (0, 1))
    assert found.pin_groups == {"G": ("A", "H"), "H": ("S",)}
    assert (found.relays, found.system_relays) == (("R",), ("SR",))
    assert found.relay_groups == {"RG": ("SR", "R")}
    assert found.multiplexers == {"M": "T", "N": ""}


@pytest.mark.parametrize(
    ("pins", "others", "text"),
    [
        ("<DUTPin/>", "", "line 3, <DUTPin>: the attribute name is missing"),
        ('<SystemPin name=" "/>', "", "line 3, <SystemPin>: the attribute name is missing"),
        (pins_text("A", "A"), "", 'line 3, <DUTPin>: the name "A" is taken by the <DUTPin> on'),
        (pins_text("A", system=("A",)), "", 'the name "A" is taken'),
        (pins_text("A"), groups_text(group_text("A")), 'line 5, <PinGroup>: the name "A" is taken'),
        (pins_text("R"), RELAYS, 'line 5, <SiteRelay>: the name "R" is taken'),
        ("", groups_text("<PinGroup/>"), "line 5, <PinGroup>: the attribute name is missing"),
        ("", groups_text(group_text("G", "P")), "line 5, <PinReference>: there is no pin or pin g"),
        ("", groups_text(group_text("G", "R")) + RELAYS, 'there is no pin or pin group "R"'),
        ("", RELAYS.replace('relay="R"', 'relay="X"'), 'there is no relay or relay group "X"'),
        ("", groups_text(group_text("G", "G")), 'the group contains itself: "G" in "G"'),
        (
            "",
            groups_text(group_text("G", "H"), group_text("H", "I"), group_text("I", "G")),
            "line 5, <PinGroup>: the group contains itself: ",
        ),
        ("", "<Sites><Site/></Sites>", "line 5, <Site>: the attribute siteNumber is missing"),
        ("", '<Sites><Site siteNumber="0"/></Sites>', "line 5, <Site>: site 0 is there already"),
        ("", '<Sites><Site siteNumber="-1"/></Sites>', '"-1" in siteNumber is no whole number'),
        ("", '<Sites><Site siteNumber="٣"/></Sites>', "is no whole number"),
        ("", '<Sites><Site siteNumber="9999999999"/></Sites>', "is no whole number"),
    ],
)
def test_wrong_declaration_is_refused(pins, others, text):
    """A declaration that is wrong is refused with line, element and reason."""
    assert text in _refusal(pin_map_text(pins=pins, others=others))


@pytest.mark.parametrize(
    ("configurations", "text"),
    [
        ("<RelayConfiguration/>", "line 5, <RelayConfiguration>: the attribute name is missing"),
        (
            '<RelayConfiguration name="C"/><RelayConfiguration name="C"/>',
            '<RelayConfiguration>: the name "C" is taken by the <RelayConfiguration> on line 5',
        ),
        (_position('position="Open"'), "<RelayPosition>: the attribute relay is missing"),
        (_position('relay="R"'), "<RelayPosition>: the attribute position is missing"),
        (
            _position('relay="X" position="Open"'),
            'line 5, <RelayPosition>: there is no relay or relay group "X"',
        ),
        (
            _position('relay="R" position="Ajar"'),
            'line 5, <RelayPosition>: a relay is Open or Closed, not "Ajar"',
        ),
    ],
)
def test_wrong_relay_configuration_is_refused(configurations, text):
    """A relay configuration that is wrong is refused with line, element and reason."""
    section = f"<RelayConfigurations>{configurations}</RelayConfigurations>"
    assert text in _refusal(pin_map_text(others=RELAYS + section))


def test_relay_configurations_set_relays_and_groups_of_them():
    """A right configuration changes nothing of what is told: NI's interface has no call for it."""
    right = _position('relay="RG" position="Open"') + _position('relay="SR" position="Closed"', "D")
    section = f"<RelayConfigurations>{right}</RelayConfigurations>"
    with_it, without = (pin_map_text(others=RELAYS + each) for each in (section, ""))
    assert parse_pin_map(with_it) == parse_pin_map(without)
