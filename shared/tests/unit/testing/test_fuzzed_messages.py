"""Requests with what a server has answered, and with something in every field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from google.protobuf import type_pb2

from session_sharing.testing.fuzzed_messages import asks_to_wait, filled, made, texts_of
from session_sharing.testing.loaded_messages import LoadedMessages
from session_sharing.testing.reflected import Method, fields_below
from session_sharing.wire.generated import administration_pb2, session_pb2

ADMINISTRATION = administration_pb2.DESCRIPTOR.services_by_name["SessionAdministration"]
CLOSE = Method.of(ADMINISTRATION.methods_by_name["CloseSession"])


def test_what_was_answered_is_put_in_its_place() -> None:
    """Texts within messages and lists are filled; what is not known stays as it is."""
    message = type_pb2.Type(name="{a}/{b}", oneofs=["{a}", "x"], fields=[{"name": "{a}"}])
    back = type_pb2.Type.FromString(filled(message, {"a": "1"}))
    assert sorted(texts_of(back)) == [
        *(("name", "1"), ("name", "1/{b}")),
        *(("oneofs", "1"), ("oneofs", "x")),
    ]
    assert message.name == "{a}/{b}"


def test_proper_request_is_made_of_json() -> None:
    """Fields have their names of the proto."""
    request = administration_pb2.CloseSessionRequest.FromString(
        made(CLOSE, {"public_id": "{id}", "requested_by": {"program": "p"}}, {"id": "7"})
    )
    assert (request.public_id, request.requested_by.program) == ("7", "p")


@pytest.mark.parametrize(
    ("request_", "waits"),
    [
        (session_pb2.ReleaseRequest(), False),
        (session_pb2.ReleaseRequest(wait_closed={"seconds": 1}), True),
    ],
)
def test_who_asks_to_wait_is_given_up_soon(
    request_: session_pb2.ReleaseRequest, waits: bool
) -> None:
    """Such a call is no sign that the server hangs."""
    method = replace(CLOSE, request=request_.DESCRIPTOR)
    assert asks_to_wait(method, request_.SerializeToString()) is waits


def test_bytes_that_are_no_request_ask_for_nothing() -> None:
    """They are refused at once."""
    assert not asks_to_wait(CLOSE, b"\xff")


def test_loaded_request_has_something_in_every_field() -> None:
    """Texts are as wanted, but for what is typical, and for what the server has told."""
    request = LoadedMessages("x", {"program": "p", "SessionAdministration.host": "h"}).of(CLOSE)
    told = dict(texts_of(request))
    assert told.items() >= {"public_id": "{public_id}", "reason": "x", "program": "p"}.items()
    assert told["host"] == "h"
    assert {field.name for field, _ in request.ListFields()} == {
        field.name for field in CLOSE.request.fields
    }


def test_fields_of_messages_within_are_found() -> None:
    """Those of a message within count too."""
    assert "program" in set(fields_below(CLOSE.request))
