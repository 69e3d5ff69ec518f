"""Names of instruments and channels, as NI's drivers write them: `DCPower1/0,DCPower2/2-3`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sized

from local_station.instruments.driver_error import (
    CHANNEL_UNKNOWN,
    DEVICE_NOT_FOUND,
    DriverError,
)

MOST_CHANNELS = 1_000
"""What a range, and a whole list, may have."""

LONGEST_LIST = 100_000
"""Characters of a list of names."""

LONGEST_INSTRUMENT = 256
"""Characters of the name of one instrument: answers repeat it for each channel."""

_RANGE = re.compile(r"(\d{1,6})(?:[-:](\d{1,6}))?")


def normalised(name: str) -> str:
    """Return the form in which names are compared: letter case and blanks do not count."""
    return "".join(name.split()).casefold()


def expanded(text: str) -> list[str]:
    """Return the channels of a range, `2-4` or `4:2` or just `2`.

    Raises:
        DriverError: It is none, or too long.
    """
    match = _RANGE.fullmatch("".join(text.split()))
    if match is None:
        raise DriverError(CHANNEL_UNKNOWN, f"{text!r} is no channel, and no range such as 0-3.")
    first, last = int(match[1]), int(match[2] or match[1])
    if abs(last - first) >= MOST_CHANNELS:
        raise DriverError(CHANNEL_UNKNOWN, f"{text!r} has more than {MOST_CHANNELS} channels.")
    step = 1 if last >= first else -1
    return [str(channel) for channel in range(first, last + step, step)]


def listed(names: str) -> list[str]:
    """Take a list with commas apart.

    Raises:
        DriverError: It is too long.
    """
    if len(names) > LONGEST_LIST:
        raise DriverError(CHANNEL_UNKNOWN, f"Write {LONGEST_LIST:,} characters at most.")
    return names.split(",")


def check_number(found: Sized) -> None:
    """Refuse a list as soon as it names too many channels, before all of it is expanded.

    Raises:
        DriverError: It does.
    """
    if len(found) > MOST_CHANNELS:
        raise DriverError(CHANNEL_UNKNOWN, f"Name {MOST_CHANNELS:,} channels at most.")


def parts(names: str) -> Iterator[tuple[str | None, str]]:
    """Yield instrument and channels of each name of a list.

    A name without a slash is a range of channels, or an instrument: that is for the caller to know,
    who gets it as a pair of None and the name.

    Raises:
        DriverError: The list is too long.
    """
    for name in listed(names):
        instrument, slash, channels = name.strip().partition("/")
        yield (instrument.strip(), channels.strip()) if slash else (None, instrument)


def channels_of_resource(resource_name: str, count: int) -> list[tuple[str, str]]:
    """Return instrument and channel of all that a resource name has, in its order.

    An instrument without channels has all of its model; `Dev1/0,2` is two channels of one.

    Args:
        resource_name: As the driver is given it.
        count: How many channels the model has.

    Raises:
        DriverError: It names no device, too many channels, one that the model lacks, or one twice.
    """
    found: list[tuple[str, str]] = []
    current = ""
    for instrument, channels in parts(resource_name):
        whole = instrument is None and not (current and _RANGE.fullmatch(channels))
        current = channels if whole else current if instrument is None else instrument
        is_name = 0 < len(current) <= LONGEST_INSTRUMENT
        if not is_name or (not whole and _RANGE.fullmatch("".join(channels.split())) is None):
            raise DriverError(DEVICE_NOT_FOUND, f"{resource_name!r}: write Dev1, Dev1/0, Dev1/0-3.")
        numbers = map(str, range(count)) if whole else _within(channels, count, resource_name)
        found += [(current, number) for number in numbers]
        check_number(found)
    return _unique(found, resource_name)


def _within(channels: str, count: int, resource_name: str) -> list[str]:
    numbers = expanded(channels)
    missing = [number for number in numbers if int(number) >= count]
    if missing:
        raise DriverError(
            CHANNEL_UNKNOWN,
            f"{resource_name!r} names channel {missing[0]}; the model has 0 to {count - 1}.",
        )
    return numbers


def _unique(found: list[tuple[str, str]], resource_name: str) -> list[tuple[str, str]]:
    if len({normalised(f"{instrument}/{channel}") for instrument, channel in found}) < len(found):
        raise DriverError(CHANNEL_UNKNOWN, f"{resource_name!r} names a channel twice.")
    return found
