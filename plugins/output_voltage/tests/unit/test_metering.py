"""Reading multimeters: what is done with the driver, also when a run ends in the middle."""

from __future__ import annotations

import math
from types import SimpleNamespace

import nidmm
import pytest

from measurement_support.interruption import Interruption
from output_voltage import metering
from output_voltage.metering import TIMEOUT, MeasurementType, Meters, MeterSettings
from plugins.measurement_support.tests.contexts import AbortedError, FakeContext
from session_sharing.errors import InvalidRequestError

SETTINGS = MeterSettings(MeasurementType.DC_VOLTS, 10.0, 5.5)


class FakeSession:
    """Stands for a session; writes down what is done, and gives what it is told to."""

    resolution_absolute = 1e-4

    def __init__(self, told: list[str], name: str, *gives: object) -> None:
        self._told, self._name, self._gives = told, name, list(gives)

    def configure_measurement_digits(self, function, limit, digits):
        """Be set up."""
        self._told.append(f"{self._name} {function.name} {limit} {digits}")

    def initiate(self):
        """Begin."""
        self._told.append(f"{self._name} initiate")

    def abort(self):
        """Stop."""
        self._told.append(f"{self._name} abort")

    def fetch(self, maximum_time):
        """Give what is next."""
        assert 0 < maximum_time <= 500, "in milliseconds; who cancels would have to wait longer"
        self._told.append(f"{self._name} fetch")
        given = self._gives.pop(0)
        if callable(given):
            given = given()
        if isinstance(given, Exception):
            raise given
        return given


def refusal(code: int) -> Exception:
    """Return an error of the driver."""
    return nidmm.errors.DriverError(code, "No.")


def meters(told, context=None, **gives) -> Meters:
    """Return the multimeters of a run, by name with what each of them gives."""
    sessions = {name: FakeSession(told, name, *values) for name, values in gives.items()}
    where = [SimpleNamespace(session_info=SimpleNamespace(session_name=name)) for name in gives]
    return Meters(Interruption(context or FakeContext()), sessions, [*where, where[0]], SETTINGS)


def test_all_measure_at_the_same_time():
    """Each is set up once, all are initiated before the first is waited for, and aborted after."""
    told: list[str] = []
    read = meters(told, A=[1.0], B=[2.0]).read()
    assert [value.value for _, value in read] == [1.0, 2.0, 1.0]
    assert told == [
        *("A DC_VOLTS 10.0 5.5", "B DC_VOLTS 10.0 5.5", "A initiate", "B initiate"),
        *("A fetch", "B fetch", "B abort", "A abort"),
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_signal_out_of_range_is_told(value):
    """What the driver gives for a signal beyond the range is no value."""
    (_, read), *_ = meters([], A=[value]).read()
    assert (read.signal_out_of_range, read.absolute_resolution) == (True, 1e-4)


def test_a_slow_reading_is_asked_for_again():
    """A reading that takes longer than one short wait is waited for."""
    told: list[str] = []
    (_, read), *_ = meters(told, A=[refusal(TIMEOUT), refusal(TIMEOUT), 3.3]).read()
    assert read.value == 3.3
    assert told.count("A fetch") == 3


def test_a_run_is_cancelled_while_it_waits_for_a_reading():
    """Cancelling ends the wait for a driver, and the acquisitions are aborted."""
    told: list[str] = []
    context = FakeContext()

    def time_out() -> Exception:
        context.cancel()
        return refusal(TIMEOUT)

    reading = meters(told, context, A=[refusal(TIMEOUT), refusal(TIMEOUT), time_out], B=[1.0])
    with pytest.raises(AbortedError, match="cancelled"):
        reading.read()
    assert told.count("A fetch") == 3
    assert told[-2:] == ["B abort", "A abort"]


def test_a_reading_that_never_comes_is_told(monkeypatch):
    """After a time of its own the wait ends with the driver's error, also without a deadline."""
    monkeypatch.setattr(metering, "READ_SECONDS", 0.0)
    told: list[str] = []
    with pytest.raises(nidmm.errors.DriverError, match=str(TIMEOUT)):
        meters(told, A=[refusal(TIMEOUT)]).read()
    assert told[-1] == "A abort"


def test_another_error_is_told_at_once():
    """What is no time-out is not tried again."""
    with pytest.raises(nidmm.errors.DriverError, match="-5"):
        meters([], A=[refusal(-5)]).read()


@pytest.mark.parametrize("measured", [MeasurementType.NONE, 7])
def test_who_measures_nothing_is_told_what_can_be(measured):
    """The zero that the SDK wants is refused, with all that there is."""
    with pytest.raises(InvalidRequestError, match="it can be: DC_VOLTS"):
        MeterSettings(measured, 10.0, 5.5)


@pytest.mark.parametrize("measured", list(MeasurementType)[1:])
def test_every_type_is_one_of_the_driver(measured):
    """Names and numbers are those of NI-DMM, and each has a quantity with its unit."""
    assert nidmm.Function(measured).name == measured.name
    settings = MeterSettings(measured, -1.0, 6.5)
    assert settings.quantity
    assert settings.unit
