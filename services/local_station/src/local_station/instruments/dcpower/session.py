"""A session of NI-DCPower: its channels, their attributes and their states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from local_station.instruments.attributes import Attribute, AttributeTable, AttributeValues, Value
from local_station.instruments.bench import Bench
from local_station.instruments.dcpower.source import source_of
from local_station.instruments.driver_error import (
    CHANNEL_NOT_ALLOWED,
    CHANNEL_UNKNOWN,
    DriverError,
)
from local_station.instruments.names import check_number, expanded, normalised, parts
from local_station.instruments.options import Options

ATTRIBUTES = AttributeTable("local_station.instruments.dcpower")


@dataclass
class Channel:
    """One channel of a session.

    Attributes:
        name: As the session calls it: `DCPower1/0`, without independent channels `0`.
        instrument: The instrument, normalised.
        terminal: Where it is on the bench.
        values: Its attributes.
        running: Whether it was initiated.
    """

    name: str
    instrument: str
    terminal: str
    values: AttributeValues
    running: bool = False


class PowerSession:
    """The channels of one session. Used on one event loop only.

    Args:
        bench: What the channels drive.
        channels: In the order of the session.
    """

    def __init__(self, bench: Bench, channels: Sequence[Channel]) -> None:
        self.channels = tuple(channels)
        self._bench = bench
        self._instruments = {channel.instrument for channel in channels}
        self._by_name = {channel.terminal: channel for channel in channels}
        if len(self._instruments) == 1:  # Only then a number alone says which channel it is.
            self._by_name |= {channel.terminal.partition("/")[2]: channel for channel in channels}

    def select(self, names: str) -> list[Channel]:
        """Return the channels of a list of names, in its order; all for an empty one.

        Raises:
            DriverError: There is no such channel in the session, or too many are named.
        """
        if not names.strip():
            return list(self.channels)
        found: list[Channel] = []
        for name in parts(names):
            found += self._named(*name)
            check_number(found)
        return found

    def _named(self, instrument: str | None, channels: str) -> list[Channel]:
        whole = normalised(channels)
        if instrument is None and whole in self._instruments:
            return [channel for channel in self.channels if channel.instrument == whole]
        prefix = "" if instrument is None else f"{normalised(instrument)}/"
        names = [prefix + number for number in expanded(channels)]
        missing = [name for name in names if name not in self._by_name]
        if missing:
            known = ", ".join(channel.name for channel in self.channels[:20])
            raise DriverError(CHANNEL_UNKNOWN, f"{missing[0]!r} is not among {known}.")
        return [self._by_name[name] for name in names]

    def read(self, channel_name: str, attribute: Attribute) -> Value:
        """Return the value that the channels have.

        Raises:
            DriverError: There is no such channel, or they have different values.
        """
        channels = self.select(channel_name)
        value = channels[0].values.read(attribute)
        for channel in channels[1:]:
            if channel.values.read(attribute) != value:
                raise DriverError(
                    CHANNEL_NOT_ALLOWED,
                    f"{attribute.name} differs between {channels[0].name} and {channel.name}: "
                    "ask for one channel.",
                )
        return value

    def write(self, channel_name: str, attribute: Attribute, value: Value) -> None:
        """Set the value for the channels, all or none; those that run follow at once.

        Raises:
            DriverError: There is no such channel, or no such value.
        """
        channels = self.select(channel_name)
        changed = [channel.values.copy() for channel in channels]
        for values in changed:
            values.write(attribute, value)
        running = [
            (channel, source_of(values))
            for channel, values in zip(channels, changed, strict=True)
            if channel.running
        ]
        for channel, values in zip(channels, changed, strict=True):
            channel.values = values
        for channel, source in running:
            self._bench.drive(channel.terminal, source)

    def apply(self, channel: Channel) -> None:
        """Let a channel give what its attributes say.

        Raises:
            DriverError: They say what is not possible, or not simulated.
        """
        self._bench.drive(channel.terminal, source_of(channel.values))

    def reset(self, channel: Channel) -> None:
        """Give a channel its defaults, with its output off."""
        channel.values.reset()
        channel.running = False
        self._bench.drive(channel.terminal, None)


def make_channels(
    found: Sequence[tuple[str, str]], options: Options, *, independent: bool
) -> list[Channel]:
    """Return the channels of a new session.

    Args:
        found: Instrument and channel of each.
        options: Say what the instruments are.
        independent: Whether channels are named with their instrument.
    """
    return [
        Channel(
            name=f"{instrument}/{channel}" if independent else channel,
            instrument=normalised(instrument),
            terminal=normalised(f"{instrument}/{channel}"),
            values=AttributeValues(
                ATTRIBUTES,
                {
                    "channel_count": len(found),
                    "instrument_model": options.name,
                    "io_resource_descriptor": instrument,
                    "driver_setup": options.driver_setup,
                },
            ),
        )
        for instrument, channel in found
    ]
