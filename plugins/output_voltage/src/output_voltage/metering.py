"""Measuring with NI-DMM: what multimeters are set to, and how they are read.

Nothing here knows of configurations, records or logs: other measurements may measure with it, too.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import IntEnum

import nidmm
from ni_measurement_plugin_sdk_service.session_management import TypedConnection

from measurement_support.drivers import POLL_SECONDS, cleaned_up
from measurement_support.interruption import Interruption
from session_sharing.errors import InvalidRequestError

ERRORS: type[Exception] = nidmm.errors.Error
"""What NI-DMM raises."""

TIMEOUT = -1074126845
"""NI-DMM's code of a reading that was not there in the time that was given."""

READ_SECONDS = 60.0
"""How long one reading may take."""


class MeasurementType(IntEnum):
    """What can be measured, by the numbers of NI-DMM; 0 is there because the SDK wants a zero."""

    NONE = 0
    DC_VOLTS = 1
    AC_VOLTS = 2
    DC_CURRENT = 3
    AC_CURRENT = 4
    TWO_WIRE_RES = 5
    FOUR_WIRE_RES = 101
    FREQ = 104
    PERIOD = 105
    TEMPERATURE = 108
    AC_VOLTS_DC_COUPLED = 1001
    DIODE = 1002
    CAPACITANCE = 1005
    INDUCTANCE = 1006


_M = MeasurementType
_QUANTITIES: dict[MeasurementType, tuple[str, str]] = {
    **dict.fromkeys((_M.DC_VOLTS, _M.AC_VOLTS, _M.AC_VOLTS_DC_COUPLED), ("voltage", "V")),
    _M.DIODE: ("voltage", "V"),
    **dict.fromkeys((_M.DC_CURRENT, _M.AC_CURRENT), ("current", "A")),
    **dict.fromkeys((_M.TWO_WIRE_RES, _M.FOUR_WIRE_RES), ("resistance", "ohm")),
    _M.FREQ: ("frequency", "Hz"),
    _M.PERIOD: ("period", "s"),
    _M.TEMPERATURE: ("temperature", "degC"),
    _M.CAPACITANCE: ("capacitance", "F"),
    _M.INDUCTANCE: ("inductance", "H"),
}


@dataclass(frozen=True)
class MeterSettings:
    """What multimeters are set to.

    Attributes:
        measurement_type: What they measure.
        range: The greatest value, in the unit of the measurement; -1 to let them choose.
        resolution_digits: How many digits they resolve.

    Raises:
        InvalidRequestError: There is nothing to measure.
    """

    measurement_type: MeasurementType
    range: float
    resolution_digits: float

    def __post_init__(self) -> None:
        if self.measurement_type not in _QUANTITIES:
            known = ", ".join(each.name for each in _QUANTITIES)
            raise InvalidRequestError(
                f"measurement_type is {self.measurement_type!r}; it can be: {known}."
            )

    @property
    def quantity(self) -> str:
        """What is measured, in a word."""
        return _QUANTITIES[self.measurement_type][0]

    @property
    def unit(self) -> str:
        """Its unit."""
        return _QUANTITIES[self.measurement_type][1]

    def recorded(self) -> dict[str, object]:
        """Return what goes into each record as its configurations."""
        return {
            "measurement_type": self.measurement_type.name,
            "range": self.range,
            "resolution_digits": self.resolution_digits,
        }


@dataclass(frozen=True)
class Metered:
    """What a multimeter reads.

    Attributes:
        value: In the unit of the measurement; no number if the signal is out of range.
        signal_out_of_range: Whether it is.
        absolute_resolution: What it resolves, in the unit of the measurement.
    """

    value: float
    signal_out_of_range: bool
    absolute_resolution: float


class Meters:
    """The multimeters of a run. Used by the thread of the run.

    Args:
        run: Ends a reading early.
        sessions: The driver's sessions, by their names.
        connections: Where to measure, in this order.
        settings: What the multimeters are set to, at once.

    Raises:
        nidmm.errors.Error: The driver refuses.
    """

    def __init__(
        self,
        run: Interruption,
        sessions: Mapping[str, nidmm.Session],
        connections: Sequence[TypedConnection[object]],
        settings: MeterSettings,
    ) -> None:
        self._run = run
        self._connections = connections
        names = dict.fromkeys(at.session_info.session_name for at in connections)
        self._sessions = {name: sessions[name] for name in names}
        for session in self._sessions.values():
            session.configure_measurement_digits(
                nidmm.Function(settings.measurement_type),
                settings.range,
                settings.resolution_digits,
            )

    def read(self) -> list[tuple[TypedConnection[object], Metered]]:
        """Measure at each pin of each site, with all multimeters at the same time.

        Raises:
            nidmm.errors.Error: A driver refuses; the code is `TIMEOUT` if it takes too long.
            grpc.RpcError: The run has to end.
        """
        with ExitStack() as acquisitions:
            for session in self._sessions.values():
                acquisitions.enter_context(cleaned_up(ERRORS, session.abort))
                session.initiate()
            read = {name: self._read(session) for name, session in self._sessions.items()}
        return [(at, read[at.session_info.session_name]) for at in self._connections]

    def _read(self, session: nidmm.Session) -> Metered:
        value = self._fetched(session)
        out_of_range = math.isnan(value) or math.isinf(value)
        return Metered(value, out_of_range, session.resolution_absolute)

    def _fetched(self, session: nidmm.Session) -> float:
        """Wait for the reading of an acquisition, as long as the run may go on."""
        end = time.monotonic() + READ_SECONDS
        while True:
            is_last = time.monotonic() >= end
            self._run.check()
            try:
                return float(session.fetch(maximum_time=round(POLL_SECONDS * 1000)))
            except nidmm.errors.DriverError as error:
                if error.code != TIMEOUT or is_last:
                    raise
