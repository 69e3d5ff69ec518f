"""When the instruments look at the bench, and how often."""

from __future__ import annotations

import pytest

from local_station.instruments import bench as bench_module
from local_station.instruments.bench import Bench
from local_station.instruments.circuit import VoltageSource, settle
from local_station.instruments.circuit_file import default_circuit
from local_station.instruments.dcpower.measuring import MOST_RECORDS
from local_station.instruments.dmm.session import MOST_AT_ONCE
from local_station.instruments.driver_error import VALUE_INVALID, DriverError
from local_station.instruments.server import dcpower_parts, dmm_parts
from local_station.instruments.wire import dcpower_messages, dmm_messages


class Instruments:
    """A supply and a multimeter at one net, without a server."""

    def __init__(self) -> None:
        self.bench = Bench(default_circuit(), seed=1)
        names: dict[str, str] = {}
        self._power, self._meter = dcpower_parts(self.bench, names), dmm_parts(self.bench, names)
        self.power("InitializeWithIndependentChannels", "power", resource_name="DCPower1/0")
        self.meter("InitWithOptions", "meter", resource_name="DMM1")
        self.give(5.0)

    def give(self, volts):
        """Let the supply give a voltage."""
        self.bench.drive("dcpower1/0", VoltageSource(volts, -1.0, 1.0))

    def power(self, name, opens="", **fields):
        """Call a function of the supply."""
        return self._call(self._power, dcpower_messages, name, opens, "power", fields)

    def meter(self, name, opens="", **fields):
        """Call a function of the multimeter."""
        return self._call(self._meter, dmm_messages, name, opens, "meter", fields)

    def _call(self, parts, messages, name, opens, session, fields):
        whose = {"session_name": opens} if opens else {"vi": {"name": session}}
        function = next(getattr(part, name) for part in parts if hasattr(part, name))
        return function(getattr(messages, f"{name}Request")(**whose, **fields))


@pytest.fixture
def instruments():
    return Instruments()


def test_a_multimeter_measures_when_it_is_initiated(instruments):
    """What changes between initiate and fetch shows in the next acquisition only."""
    instruments.meter("ConfigureMultiPoint", trigger_count=1, sample_count_raw=2)
    instruments.meter("Initiate")
    instruments.give(1.0)
    read = [instruments.meter("Fetch", maximum_time_raw=100).reading for _ in range(2)]
    assert read == pytest.approx([5.0, 5.0], abs=1e-3)
    assert read[0] != read[1], "each reading has its own noise"
    assert instruments.meter("Read").reading == pytest.approx(1.0, abs=1e-3)


def test_a_call_settles_a_net_once(instruments, monkeypatch):
    """What a call costs beside the noise does not depend on how many readings it asks for."""
    settled = []

    def counted(*arguments):
        settled.append(arguments)
        return settle(*arguments)

    instruments.power("InitiateWithChannels")
    instruments.meter("ConfigureMultiPoint", trigger_count=1, sample_count_raw=500)
    monkeypatch.setattr(bench_module, "settle", counted)
    instruments.power("FetchMultiple", count=500)
    instruments.power("MeasureMultiple", channel_name="0,0")
    instruments.meter("ReadMultiPoint", array_size=500)
    instruments.meter("Initiate")
    instruments.meter("FetchMultiPoint", array_size=250)
    instruments.meter("FetchMultiPoint", array_size=250)
    assert len(settled) == 4


def test_a_call_is_bounded(instruments):
    """No call keeps the others waiting for long: there is a number of readings it may ask for."""
    instruments.power("InitiateWithChannels")
    instruments.meter("ConfigureMultiPoint", trigger_count=1, sample_count_raw=2 * MOST_AT_ONCE)
    instruments.meter("Initiate")
    for call, name, asked in (
        (instruments.power, "FetchMultiple", {"count": MOST_RECORDS + 1}),
        (instruments.meter, "ReadMultiPoint", {"array_size": MOST_AT_ONCE + 1}),
        (instruments.meter, "FetchMultiPoint", {"array_size": MOST_AT_ONCE + 1}),
    ):
        with pytest.raises(DriverError, match="at once") as caught:
            call(name, **asked)
        assert caught.value.code == VALUE_INVALID
    assert instruments.meter("ReadStatus").acquisition_backlog == 2 * MOST_AT_ONCE
