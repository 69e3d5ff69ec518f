"""NI-DMM as NI's own driver calls it, at the same bench as NI-DCPower."""

from __future__ import annotations

import math

import nidmm
import pytest
from nidmm.errors import DriverError, DriverWarning

from local_station.instruments import driver_error as codes


def _code(action, *arguments):
    with pytest.raises(DriverError) as caught:
        action(*arguments)
    return caught.value.code


@pytest.fixture(autouse=True)
def sourcing(power):
    """Source 2 V into 1 kilohm, where DMM1 is."""
    with power("DCPower1/0") as session:
        session.voltage_level = 2.0
        with session.initiate():
            yield session
        session.reset()


def test_meter_sees_what_the_supply_gives(meter, sourcing):
    """Voltage, current and resistance of one pin are the same circuit for both instruments."""
    with meter() as session:
        session.configure_measurement_digits(nidmm.Function.DC_VOLTS, 10, 6.5)
        assert session.read() == pytest.approx(2.0, abs=2e-4)
        assert session.resolution_absolute == pytest.approx(1e-5)
        sourcing.voltage_level = 3.0
        assert session.read() == pytest.approx(3.0, abs=2e-4)
        session.configure_measurement_digits(nidmm.Function.DC_CURRENT, 0.01, 6.5)
        assert session.read() == pytest.approx(0.003, abs=2e-7)
        session.configure_measurement_digits(nidmm.Function.TWO_WIRE_RES, -1, 6.5)
        assert session.read() == pytest.approx(1000, abs=0.2)


def test_resolution(meter):
    """A resolution is told in digits and as a step, however it was configured."""
    with meter() as session:
        session.configure_measurement_absolute(nidmm.Function.DC_VOLTS, 10, 0.001)
        assert session.resolution_digits == 4.5
        assert session.resolution_absolute == pytest.approx(0.001)
        session.configure_measurement_absolute(nidmm.Function.DC_VOLTS, 10, 5e-324)
        assert session.resolution_digits == 7.5


def test_ranges(meter):
    """A range becomes the next one there is; an automatic one follows the reading."""
    with meter("DMM2") as session:
        session.range = 50
        assert session.range == 100
        session.range = -1
        assert session.read() == pytest.approx(3.0, abs=1e-2)
        assert (session.range, session.auto_range_value) == (-1, 10)
        with pytest.raises(DriverError) as caught:
            session.range = 1e6
        assert caught.value.code == codes.VALUE_INVALID
        assert session.range == -1


def test_over_range(meter):
    """What exceeds the range is no number, and NI's driver warns in words."""
    with meter() as session:
        session.configure_measurement_digits(nidmm.Function.DC_VOLTS, 0.1, 5.5)
        with pytest.warns(DriverWarning, match="Over range"):
            assert math.isnan(session.read())


def test_acquisitions(meter):
    """What was initiated can be fetched once, in parts; nothing without it, and no more."""
    with meter() as session:
        assert _code(session.fetch) == -1074118641
        session.configure_multi_point(trigger_count=2, sample_count=3)
        assert session.read_multi_point(6) == pytest.approx([2.0] * 6, abs=1e-3)
        assert _code(session.read_multi_point, 7) == -1074126845
        with session.initiate():
            assert len(session.fetch_multi_point(4)) == 4
            assert session.read_status() == (2, nidmm.AcquisitionStatus.FINISHED_WITH_BACKLOG)
            assert session.fetch() == pytest.approx(2.0, abs=1e-3)
            assert _code(session.fetch_multi_point, 2) == codes.DMM_TIMEOUT
        status = session.read_status()[1]
        assert status is nidmm.AcquisitionStatus.NO_ACQUISITION_IN_PROGRESS


def test_attributes(meter):
    """Attributes are read back as set, defaults come back with a reset."""
    options = {"simulate": True, "driver_setup": {"Model": "4082"}}
    with meter(options=options) as session:
        session.sample_count, session.range = 5, 50
        session.function = nidmm.Function.PERIOD
        assert (session.sample_count, session.function) == (5, nidmm.Function.PERIOD)
        assert session.range == -1
        assert session.instrument_model == "NI PXIe-4082"
        with pytest.raises(DriverError, match=r"function PERIOD \(105\) is not simulated"):
            session.read()
        session.initiate()
        session.reset()
        assert _code(session.fetch) == codes.DMM_NOT_INITIATED
        assert (session.sample_count, session.function) == (1, nidmm.Function.DC_VOLTS)


def test_what_is_not_simulated(meter):
    """A function that is not simulated is named in the error, which tells of no old server."""
    with meter() as session, pytest.raises(DriverError, match="NI-DMM SelfCal is not simulated"):
        session.self_cal()


@pytest.mark.parametrize("resource_name", [" ", "DMM1,DMM2", "D" * 257])
def test_wrong_resource(meter, resource_name):
    """A session is on one multimeter."""
    assert _code(meter, resource_name) == codes.DEVICE_NOT_FOUND
