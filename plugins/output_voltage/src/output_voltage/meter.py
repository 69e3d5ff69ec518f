"""What one run of the measurement does: which instruments it opens, and what it logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ni_measurement_plugin_sdk_service.session_management import (
    INSTRUMENT_TYPE_NI_DMM,
    MultiSessionReservation,
)

from measurement_support.conditions import Conditions
from measurement_support.connections import connections_of_pins
from measurement_support.drivers import driver_errors
from measurement_support.interruption import Interruption
from measurement_support.origin import Origin
from measurement_support.readings import Reading, by_pin, hold, mean, noise, status
from output_voltage.metering import ERRORS, Metered, Meters, MeterSettings
from session_sharing import Limits, Record

Found = tuple[list[int], list[str], list[float], list[float], list[bool], list[float], bool]


class OutputVoltage:
    """Measures at all pins, each with the multimeter that it is connected to.

    Args:
        settings: What the multimeters are set to.
        conditions: Which unit is measured, how often.
        limits: What the value of a good unit lies between, in the unit of the measurement.
        program: What the records name as their program.
        name: What the records are called.
    """

    def __init__(
        self,
        settings: MeterSettings,
        conditions: Conditions,
        limits: Limits,
        program: str = "output_voltage",
        name: str = "output voltage",
    ) -> None:
        self._settings = settings
        self._configurations = {**conditions.recorded(), **settings.recorded()}
        self._limits = limits
        self._name = name
        self._origin = Origin.of_run(program, conditions.serial_number)

    @contextmanager
    def instruments(
        self, run: Interruption, reservation: MultiSessionReservation, pins: Sequence[str]
    ) -> Iterator[Meters]:
        """Have the multimeters of the pins ready while the block runs.

        A session is one that a Setup has left open, or else one of the run's own, by AUTO.

        Raises:
            SharingError: The pin map does not fit, or the driver refuses.
            grpc.RpcError: The run has to end, or nobody serves the driver.
        """
        run.check()
        found = connections_of_pins(reservation, pins, INSTRUMENT_TYPE_NI_DMM)
        with (
            driver_errors("NI-DMM", ERRORS),
            reservation.initialize_nidmm_sessions() as opened,
        ):
            sessions = {info.session_name: info.session for info in opened}
            yield Meters(run, sessions, found, self._settings)

    def passes(self, value: float) -> bool:
        """Tell whether a value is good: within the limits, and in range."""
        return hold(self._limits, value)

    def record(self, reading: Reading[Metered]) -> Record:
        """Return what is logged of a reading."""
        value, quantity = reading.value, self._settings.quantity
        return Record(
            self._name,
            {**self._configurations, "channel": reading.channel},
            {
                "index": reading.index,
                quantity: value.value,
                "signal_out_of_range": value.signal_out_of_range,
                "absolute_resolution": value.absolute_resolution,
            },
            reading.taken,
            self._origin.context(reading),
            status(passed=self.passes(value.value)),
            units={quantity: self._settings.unit, "absolute_resolution": self._settings.unit},
            limits={quantity: self._limits},
        )


def summarise(readings: Sequence[Reading[Metered]], meter: OutputVoltage) -> Found:
    """Return what readings amount to: of each pin of each site the mean, and the worst."""
    found = by_pin(readings)
    values = [[one.value for one in each] for each in found.values()]
    means = [mean(each) for each in values]
    out_of_range = [any(one.signal_out_of_range for one in each) for each in found.values()]
    resolutions = [max(one.absolute_resolution for one in each) for each in found.values()]
    sites, pins = [site for site, _ in found], [pin for _, pin in found]
    passed = all(map(meter.passes, means))
    return (sites, pins, means, [*map(noise, values)], out_of_range, resolutions, passed)
