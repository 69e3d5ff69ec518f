"""The simulated unit under test."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement_support.regulator import NoiseSource, OperatingPoint, Regulator

serial_numbers = st.text(max_size=20)
sites = st.integers(-1, 16)
loads = st.floats(0.0, 0.5)
regulating_inputs = st.floats(4.5, 20.0)
inputs = st.floats(0.0, 20.0)


@given(serial_numbers, sites, inputs, loads)
def test_a_unit_measures_alike_every_day(serial, site, volts, load):
    """All figures of a unit follow from its serial number and site."""
    point = OperatingPoint(volts, load)
    one, again = Regulator(serial, site), Regulator(serial, site)
    assert one.output_voltage(point) == again.output_voltage(point)
    assert one.supply_current(point) == again.supply_current(point)


def test_units_differ():
    """Other serial numbers, and other sites, are other units."""
    point = OperatingPoint(5.0, 0.1)
    units = [Regulator(f"SN-{number}", site) for number in range(20) for site in range(5)]
    assert len({unit.output_voltage(point) for unit in units}) == 100
    assert len({unit.supply_current(point) for unit in units}) == 100


@given(serial_numbers, sites, regulating_inputs, loads)
def test_a_unit_regulates(serial, site, volts, load):
    """With enough input voltage the output is 3.3 V within some per cent, whatever the load."""
    assert Regulator(serial, site).output_voltage(OperatingPoint(volts, load)) == pytest.approx(
        3.3, rel=0.03
    )


@given(serial_numbers, inputs, inputs, loads)
def test_more_input_never_gives_less_output(serial, one, other, load):
    """The output voltage rises with the input voltage (line regulation), and never exceeds it."""
    unit = Regulator(serial)
    low, high = (unit.output_voltage(OperatingPoint(volts, load)) for volts in sorted([one, other]))
    assert 0.0 <= low <= high
    assert high <= max(one, other)


@given(serial_numbers, inputs, loads, loads)
def test_more_load_never_gives_more_output(serial, volts, one, other):
    """The output voltage falls with the load current (load regulation)."""
    unit = Regulator(serial)
    light, heavy = (
        unit.output_voltage(OperatingPoint(volts, load)) for load in sorted([one, other])
    )
    assert heavy <= light


@given(serial_numbers, st.floats(1.8, 2.9), loads)
def test_too_little_input_is_seen_at_the_output(serial, volts, load):
    """In dropout the output lies below the input by what the pass transistor needs, at least."""
    unit, point = Regulator(serial), OperatingPoint(volts, load)
    assert unit.in_dropout(point)
    assert unit.output_voltage(point) <= volts - 0.05


@given(serial_numbers, st.floats(1.8, 20.0), loads)
def test_a_unit_takes_current_for_itself(serial, volts, load):
    """What flows in is what the load takes, and some milliamperes for the unit."""
    own = Regulator(serial).supply_current(OperatingPoint(volts, load)) - load
    assert 0.5e-3 < own < 20e-3


@given(serial_numbers, st.floats(0.0, 1.7), loads)
def test_a_unit_that_is_off_does_nothing(serial, volts, load):
    """Without input voltage there is no output voltage, and hardly a current."""
    unit, point = Regulator(serial), OperatingPoint(volts, load)
    assert unit.output_voltage(point) == 0.0
    assert unit.supply_current(point) < 1e-5


@given(st.integers(1, 2**31 - 1), serial_numbers)
def test_a_seed_repeats_the_noise(seed, serial):
    """Equal seeds give equal readings."""
    one, again = (NoiseSource(1e-3, seed, serial, 0) for _ in range(2))
    assert [one.next() for _ in range(5)] == [again.next() for _ in range(5)]


def test_seed_zero_gives_another_noise_each_time():
    """Without a seed no two runs are alike."""
    assert NoiseSource(1e-3, 0, "SN-1").next() != NoiseSource(1e-3, 0, "SN-1").next()


def test_channels_have_noise_of_their_own():
    """Two sites do not show the same noise, though the seed is the same."""
    assert NoiseSource(1e-3, 7, "SN-1", 0).next() != NoiseSource(1e-3, 7, "SN-1", 1).next()


def test_noise_is_as_strong_as_asked_for():
    """The noise has the given standard deviation, about zero."""
    source = NoiseSource(2e-3, 7, "SN-1")
    drawn = [source.next() for _ in range(2000)]
    assert statistics.fmean(drawn) == pytest.approx(0.0, abs=2e-4)
    assert statistics.stdev(drawn) == pytest.approx(2e-3, rel=0.1)
