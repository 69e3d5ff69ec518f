"""The functions of NI-DCPower that measure."""

from __future__ import annotations

from collections.abc import Sequence

from local_station.instruments.bench import Bench, Reading
from local_station.instruments.circuit import VoltageSource
from local_station.instruments.dcpower.opening import Sessions
from local_station.instruments.dcpower.session import Channel
from local_station.instruments.driver_error import DCPOWER_TIMEOUT, VALUE_INVALID, DriverError
from local_station.instruments.wire import Message, dcpower_messages, either

CURRENT, VOLTAGE = 0, 1
"""Of a measurement's type."""

CONSTANT_VOLTAGE, CONSTANT_CURRENT = 0, 1
"""Of an output state."""

MOST_RECORDS = 10_000
"""What one FetchMultiple may ask for, over all channels; other calls wait for it."""


class MeasuringFunctions:
    """Measure*, FetchMultiple, Query*.

    Args:
        sessions: The driver's sessions.
        bench: What is measured.
    """

    def __init__(self, sessions: Sessions, bench: Bench) -> None:
        self._sessions = sessions
        self._bench = bench

    def _channels(self, request: Message) -> list[Channel]:
        return self._sessions.find(request.vi.name).select(request.channel_name)

    def _read(self, channels: Sequence[Channel], count: int = 1) -> list[Reading]:
        """Read channels, each so many times; only the noise differs between readings of one."""
        steady = self._bench.settled(channel.terminal for channel in channels)
        return [self._bench.read(at) for at in steady for _ in range(count)]

    def MeasureMultiple(self, request: Message) -> Message:
        """Measure voltage and current of channels, in their order."""
        readings = self._read(self._channels(request))
        return dcpower_messages.MeasureMultipleResponse(
            voltage_measurements=[reading.volts for reading in readings],
            current_measurements=[reading.amps for reading in readings],
        )

    def Measure(self, request: Message) -> Message:
        """Measure voltage or current of one channel."""
        (reading,) = self._read([self._one(request)])
        kind = either(request, "measurement_type")
        if kind not in {CURRENT, VOLTAGE}:
            raise DriverError(VALUE_INVALID, f"There is no measurement type {kind}.")
        value = reading.volts if kind == VOLTAGE else reading.amps
        return dcpower_messages.MeasureResponse(measurement=value)

    def _one(self, request: Message) -> Channel:
        channels = self._channels(request)
        if len(channels) != 1:
            raise DriverError(VALUE_INVALID, f"Name one channel, not {len(channels)}.")
        return channels[0]

    def FetchMultiple(self, request: Message) -> Message:
        """Measure channels that run, each as often as is asked for, one channel after the other."""
        channels = self._channels(request)
        count = request.count
        if not 0 < count * len(channels) <= MOST_RECORDS:
            raise DriverError(VALUE_INVALID, f"Fetch 1 to {MOST_RECORDS:,} measurements at once.")
        for channel in channels:
            if not channel.running:
                raise DriverError(DCPOWER_TIMEOUT, f"{channel.name} was not initiated.")
        readings = self._read(channels, count)
        return dcpower_messages.FetchMultipleResponse(
            voltage_measurements=[reading.volts for reading in readings],
            current_measurements=[reading.amps for reading in readings],
            in_compliance=[reading.limited for reading in readings],
            actual_count=len(readings),
        )

    def QueryInCompliance(self, request: Message) -> Message:
        """Say whether a limit keeps one of the channels from its level."""
        limited = [reading.limited for reading in self._read(self._channels(request))]
        return dcpower_messages.QueryInComplianceResponse(in_compliance=any(limited))

    def QueryOutputState(self, request: Message) -> Message:
        """Say whether a channel holds its voltage, or its current."""
        state = either(request, "output_state")
        if state not in {CONSTANT_VOLTAGE, CONSTANT_CURRENT}:
            raise DriverError(VALUE_INVALID, f"There is no output state {state}.")
        channel = self._one(request)
        source = self._bench.source_at(channel.terminal)
        (reading,) = self._read([channel])
        # At its limit, a source of a voltage holds a current, and the other way round.
        holds_voltage = isinstance(source, VoltageSource) != reading.limited
        wanted = holds_voltage == (state == CONSTANT_VOLTAGE)
        return dcpower_messages.QueryOutputStateResponse(in_state=source is not None and wanted)
