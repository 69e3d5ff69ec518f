"""Sourcing a DC voltage with NI-DCPower on channels, and measuring what they give.

Nothing here knows of configurations, records or logs: other measurements may source with it, too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass

import nidcpower
from ni_measurement_plugin_sdk_service.session_management import TypedConnection

from measurement_support.drivers import POLL_SECONDS, cleaned_up
from measurement_support.interruption import Interruption
from session_sharing.errors import InvalidRequestError

ERRORS: type[Exception] = nidcpower.errors.Error
"""What NI-DCPower raises."""

TIMEOUT = -1074116059
"""NI-DCPower's code of an event that did not happen in the time that was given."""

SETTLE_SECONDS = 10.0
"""How long channels may take to source, beside the source delay."""

LONGEST_DELAY = 167.0
"""The longest source delay that NI's instruments have, in seconds."""


@dataclass(frozen=True)
class SourceSettings:
    """What channels are set to.

    Attributes:
        voltage_level: What they hold, in volts.
        voltage_level_range: The range of that, in volts.
        current_limit: What they give at most to hold it, in amperes.
        current_limit_range: The range of that, in amperes.
        source_delay: How long a channel settles before it counts as sourcing, in seconds.

    Raises:
        InvalidRequestError: The source delay is none.
    """

    voltage_level: float
    voltage_level_range: float
    current_limit: float
    current_limit_range: float
    source_delay: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.source_delay <= LONGEST_DELAY:
            raise InvalidRequestError(
                f"source_delay is {self.source_delay:g}; it can be 0 to {LONGEST_DELAY:g} seconds."
            )

    def recorded(self) -> dict[str, object]:
        """Return what goes into each record as its configurations."""
        return asdict(self)


@dataclass(frozen=True)
class Supplied:
    """What a channel gives.

    Attributes:
        voltage: In volts.
        current: In amperes.
        in_compliance: Whether the limit of the current keeps it from its voltage.
    """

    voltage: float
    current: float
    in_compliance: bool


class SessionChannels:
    """The channels of one session that source. Used by the thread of its run.

    Args:
        session: The driver's session.
        names: The channels; one that several pins are connected to comes once.
    """

    def __init__(self, session: nidcpower.Session, names: Sequence[str]) -> None:
        self._session = session
        self._names = list(dict.fromkeys(names))
        self._channels = session.channels[self._names]

    def configure(self, settings: SourceSettings) -> None:
        """Set the channels up; those that are off stay off."""
        self._channels.source_mode = nidcpower.SourceMode.SINGLE_POINT
        self._channels.output_function = nidcpower.OutputFunction.DC_VOLTAGE
        self._channels.voltage_level_range = settings.voltage_level_range
        self._channels.voltage_level = settings.voltage_level
        self._channels.current_limit_range = settings.current_limit_range
        self._channels.current_limit = settings.current_limit
        self._channels.source_delay = settings.source_delay

    @contextmanager
    def initiated(self) -> Iterator[None]:
        """Have the outputs on while the block runs: a reset switches them off, also half-way."""
        # The reset comes first: an abort alone would leave the outputs on.
        with cleaned_up(ERRORS, self._channels.reset, self._channels.abort):
            self._channels.initiate()
            yield

    def wait_until_sourced(self, run: Interruption, limit: float) -> None:
        """Wait until all channels have sourced and settled.

        Args:
            run: Is asked again and again whether it may go on.
            limit: How long it may take, in seconds.

        Raises:
            nidcpower.errors.DriverError: They do not; the code is `TIMEOUT` if that takes too long.
            grpc.RpcError: The run has to end.
        """
        end = time.monotonic() + limit
        while not self._has_sourced(is_last=time.monotonic() >= end):
            run.check()

    def _has_sourced(self, *, is_last: bool) -> bool:
        try:
            self._channels.wait_for_event(nidcpower.Event.SOURCE_COMPLETE, timeout=POLL_SECONDS)
        except nidcpower.errors.DriverError as error:
            if error.code != TIMEOUT or is_last:
                raise
            return False
        return True

    def measure(self) -> dict[str, Supplied]:
        """Measure all channels at once; return what each of them gives."""
        measured = self._channels.measure_multiple()
        return {
            name: Supplied(
                one.voltage, one.current, self._session.channels[name].query_in_compliance()
            )
            for name, one in zip(self._names, measured, strict=True)
        }


class Supplies:
    """All channels of a run, sourcing. Used by the thread of the run.

    Args:
        connections: What is measured, in this order.
        channels: The channels of each session, by its name.
    """

    def __init__(
        self,
        connections: Sequence[TypedConnection[object]],
        channels: Mapping[str, SessionChannels],
    ) -> None:
        self._connections = connections
        self._channels = channels

    def read(self) -> list[tuple[TypedConnection[object], Supplied]]:
        """Return what is given at each pin of each site."""
        measured = {name: channels.measure() for name, channels in self._channels.items()}
        return [
            (at, measured[at.session_info.session_name][at.channel_name])
            for at in self._connections
        ]


@contextmanager
def sourcing(
    run: Interruption,
    sessions: Mapping[str, nidcpower.Session],
    connections: Sequence[TypedConnection[object]],
    settings: SourceSettings,
) -> Iterator[Supplies]:
    """Source a voltage while the block runs; when it ends, however it does, the outputs are off.

    Args:
        run: Ends it early.
        sessions: The driver's sessions, by their names.
        connections: Where to source.
        settings: What to source.

    Yields:
        What measures the channels, once all of them have settled.

    Raises:
        nidcpower.errors.Error: The driver refuses.
        grpc.RpcError: The run has to end.
    """
    names: dict[str, list[str]] = {}
    for at in connections:
        names.setdefault(at.session_info.session_name, []).append(at.channel_name)
    channels = {name: SessionChannels(sessions[name], names[name]) for name in names}
    run.check()
    for each in channels.values():  # All are possible before the first one is on.
        each.configure(settings)
    with ExitStack() as outputs:
        for each in channels.values():
            outputs.enter_context(each.initiated())
        for each in channels.values():
            each.wait_until_sourced(run, settings.source_delay + SETTLE_SECONDS)
        yield Supplies(connections, channels)
