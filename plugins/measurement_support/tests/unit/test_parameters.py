"""Messages that are made from a measurement's metadata."""

from __future__ import annotations

import json

import pytest
from google.protobuf import descriptor_pool, type_pb2
from hypothesis import given
from hypothesis import strategies as st
from ni_measurement_plugin_sdk_service._internal.parameter import decoder, serialization_descriptors
from ni_measurement_plugin_sdk_service._internal.parameter.metadata import ParameterMetadata

from measurement_support.parameters import Parameters
from measurement_support.wire import measurement_service_pb2
from session_sharing import Behavior

KINDS = {
    "count": (type_pb2.Field.TYPE_INT32, False),
    "Big Count": (type_pb2.Field.TYPE_INT64, False),
    "level": (type_pb2.Field.TYPE_DOUBLE, False),
    "enabled": (type_pb2.Field.TYPE_BOOL, False),
    "name": (type_pb2.Field.TYPE_STRING, False),
    "behavior": (type_pb2.Field.TYPE_ENUM, False),
    "counts": (type_pb2.Field.TYPE_INT32, True),
    "levels": (type_pb2.Field.TYPE_DOUBLE, True),
    "names": (type_pb2.Field.TYPE_STRING, True),
    "behaviors": (type_pb2.Field.TYPE_ENUM, True),
}
ENUM = {"ni/enum.values": json.dumps({each.name: each.value for each in Behavior})}
SERVICE = "test.parameters"


def annotations(kind):
    return ENUM if kind == type_pb2.Field.TYPE_ENUM else {}


PARAMETERS = Parameters(
    "Plug-in",
    [
        measurement_service_pb2.ConfigurationParameter(
            field_number=number,
            name=name,
            type=kind,
            repeated=repeated,
            annotations=annotations(kind),
        )
        for number, (name, (kind, repeated)) in enumerate(KINDS.items(), start=1)
    ],
)


def decoded_by_the_sdk(encoded):
    """Return what a plug-in on NI's SDK makes of a message."""
    metadata = [
        ParameterMetadata.initialize(
            name,
            kind,
            repeated,
            None,
            annotations(kind),
            enum_type=Behavior if annotations(kind) else None,
        )
        for name, (kind, repeated) in KINDS.items()
    ]
    serialization_descriptors.create_file_descriptor(
        SERVICE, [], metadata, descriptor_pool.Default()
    )
    by_number = dict(enumerate(metadata, start=1))
    values = decoder.deserialize_parameters(by_number, encoded, f"{SERVICE}.Configurations")
    return {by_number[number].display_name: value for number, value in values.items()}


int32s = st.integers(-(2**31), 2**31 - 1)
floats = st.floats(allow_nan=False)
behaviors = st.sampled_from(Behavior)


@given(
    st.fixed_dictionaries(
        {
            "count": int32s,
            "Big Count": st.integers(-(2**63), 2**63 - 1),
            "level": floats,
            "enabled": st.booleans(),
            "name": st.text(),
            "behavior": behaviors,
            "counts": st.lists(int32s),
            "levels": st.lists(floats),
            "names": st.lists(st.text()),
            "behaviors": st.lists(behaviors),
        }
    )
)
def test_a_plug_in_reads_what_was_set(values):
    """NI's SDK finds every value as it was given; and so does who decodes it here."""
    encoded = PARAMETERS.encode(values, b"")
    assert {name: plain(value) for name, value in decoded_by_the_sdk(encoded).items()} == values
    assert PARAMETERS.decode(encoded) == values


def plain(value):
    return value if isinstance(value, (int, float, str)) else list(value)


def test_defaults_hold_for_what_is_not_given():
    """What is given replaces a default, lists too; all else is as the metadata has it."""
    defaults = PARAMETERS.encode({"count": 7, "level": 1.5, "counts": [1, 2]}, b"")
    found = PARAMETERS.decode(PARAMETERS.encode({"count": 0, "counts": [3]}, defaults))
    assert (found["count"], found["level"], found["counts"]) == (0, 1.5, [3])


@pytest.mark.parametrize("value", [2, "ATTACH_TO_SERVER_SESSION", Behavior(2)])
def test_an_enumeration_is_set_by_number_or_name(value):
    """Who calls need not know the numbers."""
    assert PARAMETERS.decode(PARAMETERS.encode({"behavior": value}, b""))["behavior"] == 2


def test_an_unknown_name_is_refused():
    """A mistyped configuration is told, with those that there are, and not left out."""
    with pytest.raises(TypeError, match=r"Plug-in has no configuration 'cuont'.*count, Big Count"):
        PARAMETERS.encode({"cuont": 1}, b"")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("count", "1", r"it is an integer, not str \('1'\)"),
        ("count", 1.5, r"it is an integer, not float \(1.5\)"),
        ("count", True, r"it is an integer, not bool"),
        ("level", "1", "it is a number, not str"),
        ("enabled", "yes", "it is true or false, not str"),
        ("name", 1, "it is a text, not int"),
        ("behavior", None, "it is a number or a name, not NoneType"),
        ("names", "VOUT", r"it is an array, of which each is a text, not 'VOUT'; give \['VOUT'\]"),
        ("counts", 3, r"it is an array, of which each is an integer, not 3; give \[3\]"),
        ("counts", [1, "2"], r"it is an array, of which each is an integer, not str"),
    ],
)
def test_a_value_of_another_type_is_refused(name, value, words):
    """Who gives a text for an array, or the like, is told of what, what it is, and what was given.

    A text would else be taken for an array of its letters.
    """
    with pytest.raises(TypeError, match=f"Plug-in: the configuration {name}: {words}"):
        PARAMETERS.encode({name: value}, b"")


@pytest.mark.parametrize(
    ("name", "value"),
    [("count", 2**31), ("behavior", 5), ("behavior", "ATTACH"), ("behaviors", ["AUTO", "ATTACH"])],
)
def test_a_value_out_of_range_is_refused(name, value):
    """A value that the configuration cannot have is told with its name."""
    with pytest.raises(ValueError, match=f"Plug-in: the configuration {name}: "):
        PARAMETERS.encode({name: value}, b"")


def test_parameters_are_described():
    """Who calls a measurement can compare numbers, types, arrays and members with its own."""
    described = {each.name: each for each in PARAMETERS.described}
    assert [each.number for each in described.values()] == list(range(1, len(KINDS) + 1))
    assert (described["level"].type, described["level"].repeated) == ("double", False)
    assert (described["counts"].type, described["counts"].repeated) == ("int32", True)
    assert described["behavior"].members == {each.name: each.value for each in Behavior}
    assert described["name"].members == {}


def test_measurements_do_not_collide():
    """Two measurements may have the same names for other things: each has a pool of its own."""
    other = Parameters(
        "Other",
        [
            measurement_service_pb2.ConfigurationParameter(
                field_number=1, name="count", type=type_pb2.Field.TYPE_STRING
            )
        ],
    )
    assert other.decode(other.encode({"count": "five"}, b"")) == {"count": "five"}
    assert PARAMETERS.decode(PARAMETERS.encode({"count": 5}, b""))["count"] == 5
