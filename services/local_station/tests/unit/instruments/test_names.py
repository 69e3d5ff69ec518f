"""Names of instruments and channels."""

from __future__ import annotations

import pytest

from local_station.instruments.driver_error import (
    CHANNEL_UNKNOWN,
    DEVICE_NOT_FOUND,
    DriverError,
)
from local_station.instruments.names import channels_of_resource, expanded


def _written(resource_name):
    return [
        f"{instrument}/{channel}" for instrument, channel in channels_of_resource(resource_name, 4)
    ]


@pytest.mark.parametrize(
    ("resource_name", "channels"),
    [
        ("DCPower1/0", "DCPower1/0"),
        ("DCPower1/0, DCPower1/2", "DCPower1/0 DCPower1/2"),
        ("DCPower1/0-2,DCPower2/1:0", "DCPower1/0 DCPower1/1 DCPower1/2 DCPower2/1 DCPower2/0"),
        ("  Dev1 / 0 - 1 ", "Dev1/0 Dev1/1"),
        ("Dev1", "Dev1/0 Dev1/1 Dev1/2 Dev1/3"),
        ("Dev1/0,3", "Dev1/0 Dev1/3"),
        ("4162", "4162/0 4162/1 4162/2 4162/3"),
    ],
)
def test_resource_names(resource_name, channels):
    """A resource name has the channels that NI's driver finds in it, in its order."""
    assert _written(resource_name) == channels.split()


@pytest.mark.parametrize(
    ("resource_name", "code"),
    [
        ("", DEVICE_NOT_FOUND),
        ("Dev1/0/0", DEVICE_NOT_FOUND),
        ("Dev1/a", DEVICE_NOT_FOUND),
        ("/0", DEVICE_NOT_FOUND),
        ("Dev1/4", CHANNEL_UNKNOWN),
        ("Dev1/0-999999", CHANNEL_UNKNOWN),
        ("Dev1/0,dev1 / 0", CHANNEL_UNKNOWN),
        ("D" * 257, DEVICE_NOT_FOUND),
        ("," * 100_001, CHANNEL_UNKNOWN),
        (",".join(f"Dev{number}" for number in range(300)), CHANNEL_UNKNOWN),
    ],
)
def test_wrong_resource_names(resource_name, code):
    """What names no channel, too many, or one twice, is refused with NI's code."""
    with pytest.raises(DriverError) as caught:
        _written(resource_name)
    assert caught.value.code == code


def test_ranges():
    """A range counts up or down, both ends included, and has a bound."""
    assert expanded(" 4 : 2 ") == ["4", "3", "2"]
    with pytest.raises(DriverError):
        expanded("0-999999")
