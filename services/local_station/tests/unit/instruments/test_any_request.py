"""Whatever is sent: an answer, or an error that the interface knows."""

from __future__ import annotations

import math

import pytest
from google.protobuf.descriptor import FieldDescriptor as Field
from hypothesis import given, settings
from hypothesis import strategies as st
from nidcpower import nidcpower_pb2
from nidmm import nidmm_pb2

from local_station.instruments.bench import Bench, Circuit
from local_station.instruments.driver_error import DriverError
from local_station.instruments.server import dcpower_parts, dmm_parts
from session_sharing.errors import SharingError

TEXTS = st.sampled_from(
    ["", "0", "D/0", "D/0-2", "D", "d / 1,D/2", "-", "/", "D/9-0", "0,1,2", "99999999999"]
) | st.text(max_size=5)
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, -2.0, -3.0, 6.5, 1e308, -1e308, math.nan, math.inf])
INTEGERS = st.integers(-2, 5) | st.sampled_from([-(2**31), 2**31 - 1, 101, 1002, 1007, 1021])


def _of_field(field, attributes):
    if field.name == "attribute_id":
        return st.sampled_from(attributes)
    if field.message_type is not None:
        return st.just({"name": "s"})
    return {
        Field.TYPE_STRING: TEXTS,
        Field.TYPE_DOUBLE: NUMBERS | st.floats(-10, 10),
        Field.TYPE_BOOL: st.booleans(),
        Field.TYPE_ENUM: st.integers(-2, 5),
    }.get(field.type, INTEGERS)


def _requests(messages, service, attribute_enum, parts):
    """Return what makes requests of all functions that are simulated, by their descriptors."""
    methods = messages.DESCRIPTOR.services_by_name[service].methods
    attributes = sorted(attribute_enum.values())
    return st.one_of(
        st.fixed_dictionaries(
            {field.name: _of_field(field, attributes) for field in method.input_type.fields}
        ).map(lambda fields, name=method.name: (name, _without_rivals(fields)))
        for method in methods
        if any(hasattr(part, method.name) for part in parts(Bench(Circuit()), {}))
        and method.name != "Close"
    )


def _without_rivals(fields):
    """Leave out a field that stands beside its raw twin: a message has one of the two."""
    return {name: value for name, value in fields.items() if f"{name}_raw" not in fields}


def _call(messages, parts, name, fields):
    function = next(getattr(part, name) for part in parts if hasattr(part, name))
    request = getattr(messages, f"{name}Request")(**fields)
    try:
        answer = function(request)
    except (DriverError, SharingError):
        return
    answer.SerializeToString()


@pytest.mark.parametrize(
    ("messages", "service", "attributes", "parts", "opening"),
    [
        (
            nidcpower_pb2,
            "NiDCPower",
            nidcpower_pb2.NiDCPowerAttribute,
            dcpower_parts,
            "InitializeWithIndependentChannels",
        ),
        (nidmm_pb2, "NiDmm", nidmm_pb2.NiDmmAttribute, dmm_parts, "InitWithOptions"),
    ],
    ids=["nidcpower", "nidmm"],
)
def test_any_request(messages, service, attributes, parts, opening):
    """No sequence of requests, whatever is in them, makes a function fail in another way."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(_requests(messages, service, attributes, parts), max_size=12))
    def run(requests):
        functions = parts(Bench(Circuit(), seed=1), {})
        _call(messages, functions, opening, {"session_name": "s", "resource_name": "D"})
        for name, fields in requests:
            _call(messages, functions, name, fields)

    run()
