"""Where a net settles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_station.instruments.circuit import CurrentSource, Load, VoltageSource, settle

KILOOHM = Load(1000.0)


def test_source_holds_its_voltage():
    """A source of a voltage gives the current that the load takes by Ohm's law."""
    settled = settle(KILOOHM, [VoltageSource(5.0, -0.01, 0.01)])
    assert settled.volts == 5.0
    assert settled.amps == pytest.approx([0.005])
    assert settled.limited == (False,)


def test_limit_of_current_is_held():
    """At its limit a source gives just that current, the voltage is lower, and it says so."""
    settled = settle(KILOOHM, [VoltageSource(5.0, -0.002, 0.002)])
    assert (settled.volts, settled.amps, settled.limited) == (
        pytest.approx(2.0),
        (0.002,),
        (True,),
    )


def test_limit_of_voltage_is_held():
    """A source of a current drives no more than its limit of voltage lets it."""
    free = settle(KILOOHM, [CurrentSource(0.001, -6.0, 6.0)])
    assert (free.volts, free.amps, free.limited) == (pytest.approx(1.0), (0.001,), (False,))
    held = settle(KILOOHM, [CurrentSource(0.1, -6.0, 6.0)])
    assert held.volts == 6.0
    assert held.amps == pytest.approx([0.006])
    assert held.limited == (True,)


def test_load_with_a_voltage_of_its_own():
    """Without a source a net has the voltage behind its load; a source at 0 V sinks from it."""
    battery = Load(100.0, volts=3.0)
    assert settle(battery, []).volts == 3.0
    sinking = settle(battery, [VoltageSource(0.0, -1.0, 1.0)])
    assert sinking.volts == 0.0
    assert sinking.amps == pytest.approx([-0.03])
    limited = settle(battery, [VoltageSource(0.0, -0.01, 0.01)])
    assert (limited.volts, limited.limited) == (pytest.approx(2.0), (True,))


def test_stronger_source_wins():
    """Of two sources of different voltages, the one that can hold its level does, against all."""
    weak, strong = VoltageSource(5.0, -0.001, 0.001), VoltageSource(2.0, -1.0, 1.0)
    settled = settle(KILOOHM, [weak, strong])
    assert settled.volts == 2.0
    assert settled.amps == pytest.approx([0.001, 0.001])
    assert settled.limited == (True, False)


levels = st.floats(-50, 50)
limits = st.floats(1e-6, 3)
voltages = st.builds(
    lambda level, low, high: VoltageSource(level, -low, high), levels, limits, limits
)
currents = st.builds(
    lambda level, low, high: CurrentSource(level, -low, high), limits, limits, limits
)
loads = st.builds(Load, st.floats(0.1, 1e6), levels)


@given(loads, st.lists(voltages | currents, max_size=5))
def test_laws_hold(load, sources):
    """What all sources give flows into the load, each within its limits, or it is told."""
    settled = settle(load, sources)
    taken = (settled.volts - load.volts) / load.ohms
    assert sum(settled.amps) == pytest.approx(taken, abs=1e-9, rel=1e-6)
    for source, amps, limited in zip(sources, settled.amps, settled.limited, strict=True):
        held = settled.volts if isinstance(source, VoltageSource) else amps
        bounded = amps if isinstance(source, VoltageSource) else settled.volts
        assert source.low - 1e-9 <= bounded <= source.high + 1e-9
        assert limited == (held != source.level)
