"""Which channels an instrument has, and to which channel group each belongs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from local_station.pin_map.reading import Element, quoted
from local_station.pin_map.values import number_ranges


class Channels(Protocol):
    """The channels of an instrument."""

    def find(self, text: str) -> str | None:
        """Return the channel that a connection means; None if there is none such."""

    def only(self) -> str | None:
        """Return the channel of an instrument that has one alone."""


@dataclass(frozen=True)
class NumberedChannels:
    """Channels 0 to `count` - 1."""

    count: int

    def find(self, text: str) -> str | None:
        """Return the number without blanks and leading zeros."""
        digits = text.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
            return None
        return str(int(digits)) if int(digits) < self.count else None

    def only(self) -> str | None:
        """Return 0 if that is all."""
        return "0" if self.count == 1 else None


@dataclass(frozen=True)
class ListedChannels:
    """Channels that the pin map names one by one; upper and lower case differ."""

    names: Collection[str]

    def find(self, text: str) -> str | None:
        """Return the name."""
        return text if text in self.names else None

    def only(self) -> str | None:
        """Return the name if there is one alone."""
        return next(iter(self.names)) if len(self.names) == 1 else None


@dataclass(frozen=True)
class AnyChannel:
    """Channels of which the pin map does not tell enough to know them; none is refused."""

    def find(self, text: str) -> str | None:
        """Return the text."""
        return text

    def only(self) -> str | None:
        """Return None: nobody knows."""
        return None


@dataclass(frozen=True)
class UntoldChannels:
    """Channels that nobody is told of, as their instrument has no session; none is refused."""

    def find(self, text: str) -> str | None:
        """Return the text."""
        return text

    def only(self) -> str | None:
        """Return nothing in particular: a model-based instrument may have no channels at all."""
        return ""


class ChannelGroups:
    """The groups of an instrument's channels. Immutable.

    Args:
        ranges: Which channels belong to which group, in any order, without overlap.
    """

    def __init__(self, ranges: Collection[tuple[range, str]] = ()) -> None:
        self._ranges = sorted(ranges, key=_first)
        self._firsts = [_first(item) for item in self._ranges]

    def of(self, channel: str) -> str | None:
        """Return the group of a channel: empty if there are no groups, None if it is in none."""
        if not self._ranges:
            return ""
        channels, group = self._ranges[bisect_right(self._firsts, int(channel)) - 1]
        return group if int(channel) in channels else None


def read_channel_groups(instrument: Element, count: int) -> ChannelGroups:
    """Return the channel groups of an instrument with numbered channels.

    Args:
        instrument: The element that has `<ChannelGroup>` elements.
        count: How many channels it has.

    Raises:
        InvalidRequestError: A group has no name, or a channel that does not exist or that
            belongs to another group.
    """
    found: list[tuple[range, str, Element]] = []
    for element in instrument.all("ChannelGroup"):
        name = element.required("name")
        found += [(channels, name, element) for channels in _ranges_of(element, count)]
    found.sort(key=lambda item: item[0].start)
    for (before, other, _), (channels, _, element) in pairwise(found):
        if channels.start < before.stop:
            raise element.wrong(
                f"channel {channels.start} is also in the group {quoted(other)}. A channel belongs "
                "to one group, once."
            )
    return ChannelGroups([(channels, name) for channels, name, _ in found])


def _ranges_of(element: Element, count: int) -> list[range]:
    if not element.attributes.get("channels", "").strip():
        return [range(count)] if count else []
    ranges = number_ranges(element, "channels")
    for channels in ranges:
        if channels.stop > count:
            raise element.wrong(
                f"there is no channel {channels[-1]}: the instrument has {count}, from 0 on."
            )
    return ranges


def _first(item: tuple[range, str]) -> int:
    return item[0].start
