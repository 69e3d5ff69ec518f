"""What one run of the measurement does: which instruments it opens, and what it logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ni_measurement_plugin_sdk_service.session_management import (
    INSTRUMENT_TYPE_NI_DCPOWER,
    MultiSessionReservation,
)

from measurement_support.conditions import Conditions
from measurement_support.connections import connections_of_pins
from measurement_support.drivers import driver_errors
from measurement_support.interruption import Interruption
from measurement_support.origin import Origin
from measurement_support.readings import Reading, by_pin, hold, mean, status
from session_sharing import Limits, Record
from supply_current.sourcing import ERRORS, SourceSettings, Supplied, Supplies, sourcing

Found = tuple[list[int], list[str], list[float], list[float], list[bool], bool]


class SupplyCurrent:
    """Sources a voltage at all pins, and measures what the unit takes.

    Args:
        settings: What is sourced.
        conditions: Which unit is measured, how often.
        limits: What the current of a good unit lies between, in amperes.
        program: What the records name as their program.
        name: What the records are called.
    """

    def __init__(
        self,
        settings: SourceSettings,
        conditions: Conditions,
        limits: Limits,
        program: str = "supply_current",
        name: str = "supply current",
    ) -> None:
        self._settings = settings
        self._configurations = {**conditions.recorded(), **settings.recorded()}
        self._limits = limits
        self._name = name
        self._origin = Origin.of_run(program, conditions.serial_number)

    @contextmanager
    def instruments(
        self, run: Interruption, reservation: MultiSessionReservation, pins: Sequence[str]
    ) -> Iterator[Supplies]:
        """Have the pins supplied while the block runs.

        The session is one that a Setup has left open, or else one of the run's own, by AUTO.

        Raises:
            SharingError: The pin map does not fit, or the driver refuses.
            grpc.RpcError: The run has to end, or nobody serves the driver.
        """
        run.check()
        found = connections_of_pins(reservation, pins, INSTRUMENT_TYPE_NI_DCPOWER)
        with (
            driver_errors("NI-DCPower", ERRORS),
            reservation.initialize_nidcpower_sessions() as opened,
        ):
            sessions = {info.session_name: info.session for info in opened}
            with sourcing(run, sessions, found, self._settings) as supplies:
                yield supplies

    def passes(self, current: float, *, in_compliance: bool) -> bool:
        """Tell whether a current is good: within the limits, and its channel not at its own."""
        return hold(self._limits, current) and not in_compliance

    def record(self, reading: Reading[Supplied]) -> Record:
        """Return what is logged of a reading."""
        value = reading.value
        return Record(
            self._name,
            {**self._configurations, "channel": reading.channel},
            {
                "index": reading.index,
                "voltage": value.voltage,
                "current": value.current,
                "in_compliance": value.in_compliance,
            },
            reading.taken,
            self._origin.context(reading),
            status(passed=self.passes(value.current, in_compliance=value.in_compliance)),
            units={"voltage": "V", "current": "A"},
            limits={"current": self._limits},
        )


def summarise(readings: Sequence[Reading[Supplied]], supply: SupplyCurrent) -> Found:
    """Return what readings amount to: of each pin of each site the means, and the worst."""
    found = by_pin(readings)
    voltages = [mean([one.voltage for one in values]) for values in found.values()]
    currents = [mean([one.current for one in values]) for values in found.values()]
    limited = [any(one.in_compliance for one in values) for values in found.values()]
    passed = all(
        supply.passes(current, in_compliance=at_limit)
        for current, at_limit in zip(currents, limited, strict=True)
    )
    sites, pins = [site for site, _ in found], [pin for _, pin in found]
    return (sites, pins, voltages, currents, limited, passed)
