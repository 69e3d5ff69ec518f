"""What is drawn from descriptors."""

from __future__ import annotations

import pytest
from google.protobuf import field_mask_pb2, struct_pb2, type_pb2, wrappers_pb2
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2
from hypothesis import find, given
from hypothesis import strategies as st

from session_sharing.testing.fuzzing import MANY, Call, calls_of, damaged, requests_of

HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]


@given(requests_of(type_pb2.Type.DESCRIPTOR))
def test_every_message_can_be_sent(message):
    """Nested messages, enumerations, lists and maps come out as the type has them."""
    assert type_pb2.Type.FromString(message.SerializeToString()) == message


@given(requests_of(struct_pb2.Value.DESCRIPTOR))
def test_messages_that_contain_themselves_end(message):
    """A type without end is cut off, and fields that exclude each other are not drawn together."""
    assert len(message.ListFields()) <= 1
    assert message.FromString(message.SerializeToString()) == message or "nan" in str(message)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (wrappers_pb2.Int32Value, -(2**31)),
        (wrappers_pb2.Int32Value, 2**31 - 1),
        (wrappers_pb2.UInt32Value, 2**32 - 1),
        (wrappers_pb2.Int64Value, -(2**63)),
        (wrappers_pb2.UInt64Value, 2**64 - 1),
        (wrappers_pb2.StringValue, "\0"),
    ],
)
def test_ends_of_what_a_field_takes_are_drawn(kind, wanted):
    """What breaks programs most often is not left to chance."""
    found = find(requests_of(kind.DESCRIPTOR), lambda message: message.value == wanted)
    assert isinstance(found, kind)


def test_fields_are_left_out_and_lists_are_long():
    """Nothing at all is a request too, and so is the same many times over."""
    masks = requests_of(field_mask_pb2.FieldMask.DESCRIPTOR, {"paths": st.just("p")})
    assert find(masks, lambda message: not message.ListFields()) is not None
    assert find(masks, lambda message: len(message.paths) == MANY) is not None


@given(calls_of(HEALTH, {"service": st.sampled_from(["a", "b"])}))
def test_calls_are_those_of_the_service_with_what_was_hinted(call):
    """Hints take the place of what would be drawn; methods have the path that gRPC takes."""
    assert isinstance(call, Call)
    assert call.method in {f"/grpc.health.v1.Health/{method.name}" for method in HEALTH.methods}
    if "service" in call.request.DESCRIPTOR.fields_by_name:
        assert call.request.service in {"", "a", "b"}


@given(requests_of(type_pb2.Type.DESCRIPTOR, {"Field.name": st.just("f"), "name": st.just("t")}))
def test_hint_for_one_type_goes_before_that_for_all(message):
    """So one name can mean different things in different messages."""
    assert message.name in {"", "t"}
    assert {field.name for field in message.fields} <= {"", "f"}


def test_every_method_is_called():
    """None of a service's methods is left out."""
    for method in HEALTH.methods:
        path = f"/{HEALTH.full_name}/{method.name}"
        assert find(calls_of(HEALTH), lambda call, path=path: call.method == path)


def test_damaged_requests_are_not_always_valid():
    """Bytes are cut and overwritten so that parsing fails, and so that it does not."""

    def parses(data):
        try:
            field_mask_pb2.FieldMask.FromString(data)
        except DecodeError:
            return False
        return True

    requests = damaged(requests_of(field_mask_pb2.FieldMask.DESCRIPTOR, {"paths": st.just("path")}))
    assert find(requests, lambda data: not parses(data)) is not None
    assert find(requests, lambda data: len(data) > 3 and parses(data)) is not None
