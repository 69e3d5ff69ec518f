"""The attributes of both drivers."""

from __future__ import annotations

import math

import pytest
from nidcpower import nidcpower_pb2
from nidmm import nidmm_pb2

from local_station.instruments import dcpower, dmm
from local_station.instruments.attributes import LONGEST_TEXT, AttributeTable, AttributeValues
from local_station.instruments.driver_error import (
    ATTRIBUTE_READ_ONLY,
    ATTRIBUTE_UNKNOWN,
    FUNCTION_UNSUPPORTED,
    TYPES_DIFFER,
    VALUE_INVALID,
    DriverError,
)

TABLE = AttributeTable(dcpower.__name__)


@pytest.fixture
def values():
    return AttributeValues(TABLE, {"channel_count": 4})


def _code(action, *arguments):
    with pytest.raises(DriverError) as caught:
        action(*arguments)
    return caught.value.code


@pytest.mark.parametrize(
    ("package", "names"),
    [
        (dcpower, nidcpower_pb2.NiDCPowerAttribute.items()),
        (dmm, nidmm_pb2.NiDmmAttribute.items()),
    ],
    ids=["nidcpower", "nidmm"],
)
def test_numbers_are_those_of_the_drivers(package, names):
    """Each attribute that NI's interface and the table both have has the same number in both."""
    table = AttributeTable(package.__name__)
    numbers = {name.partition("_ATTRIBUTE_")[2].lower(): number for name, number in names}
    shared = [name for name in numbers if name in table._by_name]
    assert len(shared) > 60
    assert {name: table.named(name).id for name in shared} == {
        name: numbers[name] for name in shared
    }


def test_values_are_kept_until_a_reset(values):
    """What a program sets it reads back; a reset brings the default again."""
    level = TABLE.named("voltage_level")
    assert values.read(level) == 0.0
    values.write(level, 2.5)
    assert (values.read(level), values.was_set("voltage_level")) == (2.5, True)
    values.reset()
    assert (values.read(level), values.was_set("voltage_level")) == (0.0, False)
    assert values.read(TABLE.named("channel_count")) == 4


def test_what_is_not_possible(values):
    """Unknown numbers, other types, read-only attributes and impossible values have NI's codes."""
    level = TABLE.named("voltage_level")
    assert _code(TABLE.find, 42, "real64") == ATTRIBUTE_UNKNOWN
    assert _code(TABLE.find, level.id, "int32") == TYPES_DIFFER
    assert _code(values.write, TABLE.named("channel_count"), 5) == ATTRIBUTE_READ_ONLY
    assert _code(values.write, level, math.nan) == VALUE_INVALID
    text = "x" * (LONGEST_TEXT + 1)
    assert _code(values.write, TABLE.named("active_advanced_sequence"), text) == VALUE_INVALID


def test_no_default_is_made_up(values):
    """Reading what nobody set and the simulation does not know is refused; once set, it is kept."""
    pulse = TABLE.named("pulse_voltage_level")
    assert _code(values.read, pulse) == FUNCTION_UNSUPPORTED
    values.write(pulse, 1.5)
    assert values.read(pulse) == 1.5
