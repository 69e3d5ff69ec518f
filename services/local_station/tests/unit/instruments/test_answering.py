"""Which functions of NI's interfaces are answered."""

from __future__ import annotations

import pytest

from local_station.instruments.bench import Bench, Circuit
from local_station.instruments.driver_error import OPTION_UNKNOWN, DriverError
from local_station.instruments.options import parse_options
from local_station.instruments.server import dcpower_parts, dmm_parts
from local_station.instruments.wire import DCPOWER_METHODS, DMM_METHODS


def _functions(parts):
    return {name for part in parts for name in dir(part) if name[0].isupper()}


@pytest.mark.parametrize(
    ("parts", "methods", "lacking"),
    [
        (dcpower_parts, DCPOWER_METHODS, set()),
        (dmm_parts, DMM_METHODS, {"GetAttributeViInt64", "SetAttributeViInt64"}),
    ],
    ids=["nidcpower", "nidmm"],
)
def test_each_function_is_a_method(parts, methods, lacking):
    """No function is unreachable because its name is not NI's."""
    assert _functions(parts(Bench(Circuit()), {})) - set(methods) == lacking


@pytest.mark.parametrize(
    "text",
    [
        "Simulate=1, DriverSetup=Model:4141; BoardType:PXIe",
        "DriverSetup=BoardType:PXIe;Model:4141,Simulate=1",
    ],
)
def test_options(text):
    """The model is found in both orders in which drivers and programs write it."""
    options = parse_options(text, ["4141"], "1")
    assert (options.model, options.name) == ("4141", "NI PXIe-4141")


def test_unknown_model():
    """A model that is not simulated is refused, and the text names those that are."""
    with pytest.raises(DriverError, match="4141") as caught:
        parse_options("DriverSetup=Model:nonsense", ["4141"], "4141")
    assert caught.value.code == OPTION_UNKNOWN
    with pytest.raises(DriverError, match="10,000 characters at most"):
        parse_options(f"DriverSetup=Model:4141;{'x' * 10_000}", ["4141"], "4141")
    assert parse_options("Simulate=0", ["4141"], "4141").model == "4141"
