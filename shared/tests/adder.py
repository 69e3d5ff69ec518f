"""A service of operations for tests: a counter, with a proto that is made here."""

from __future__ import annotations

import math
import threading
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from session_sharing.client import OperatingClient
from session_sharing.errors import ResourceExhaustedError
from session_sharing.wire.generated import session_pb2

PACKAGE = "session_sharing.testing.adder"
STRING, DOUBLE = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_DOUBLE
EMBEDDED = {
    "InitializeRequest": ("session", "InitializeRequest"),
    "InitializeResponse": ("session", "InitializeResponse"),
    "CloseRequest": ("session", "ReleaseRequest"),
    "CloseResponse": ("session", "ReleaseResponse"),
    "AddRequest": ("attachment", "AttachmentReference"),
    "FailRequest": ("attachment", "AttachmentReference"),
    "LooseRequest": ("attachment", "InitializeRequest"),
}
VALUES = {
    "AddRequest": [("amount", DOUBLE)],
    "AddResponse": [("total", DOUBLE), ("thread", STRING)],
}
SERVICES = {
    "Adder": ("Initialize", "Close", "Add", "Fail"),
    "Endless": ("Initialize", "Add"),
    "Loose": ("Initialize", "Close", "Loose"),
    "Streaming": ("Initialize", "Close", "Add"),
    "Twice": ("Initialize", "Close", "Add", "Peek"),
}
REQUESTS = {"Peek": "AddRequest"}
"""The requests that are not called after their RPC."""


def _file() -> FileDescriptorProto:
    made = FileDescriptorProto(name="adder.proto", package=PACKAGE, syntax="proto3")
    made.dependency.append(session_pb2.DESCRIPTOR.name)
    for name in dict.fromkeys(
        [*EMBEDDED, "AddResponse", "FailResponse", "LooseResponse", "PeekResponse"]
    ):
        made.message_type.append(_message(name))
    for name, rpcs in SERVICES.items():
        service = made.service.add(name=name)
        for rpc in rpcs:
            service.method.add(
                name=rpc,
                input_type=f".{PACKAGE}.{REQUESTS.get(rpc, rpc + 'Request')}",
                output_type=f".{PACKAGE}.{rpc}Response",
                server_streaming=name == "Streaming",
            )
    return made


def _message(name: str) -> DescriptorProto:
    made = DescriptorProto(name=name)
    if name in EMBEDDED:
        field, kind = EMBEDDED[name]
        of = FieldDescriptorProto.TYPE_MESSAGE
        made.field.add(name=field, number=1, type=of, type_name=f".session_sharing.v1.{kind}")
    for number, (field, plain) in enumerate(VALUES.get(name, []), 2):
        made.field.add(name=field, number=number, type=plain)
    return made


Default().Add(_file())
DESCRIPTOR = Default().FindFileByName("adder.proto")
ADDER = DESCRIPTOR.services_by_name["Adder"]
AddRequest, AddResponse, FailRequest, FailResponse = (
    GetMessageClass(DESCRIPTOR.message_types_by_name[name])
    for name in ("AddRequest", "AddResponse", "FailRequest", "FailResponse")
)


class Adder:
    """What is opened: adds, and tells which thread did it; `held_up` lets a test hold it up."""

    def __init__(self, address: str) -> None:
        if address == "away":
            raise ConnectionRefusedError(111, "nobody there")
        self.address = address
        self.total, self.opened_in = 0.0, threading.current_thread()
        self.closed = False
        self.arrived, self.held_up = threading.Event(), threading.Event()
        self.held_up.set()

    def close(self) -> None:
        """Note that it was closed, and that it was by its own thread."""
        assert threading.current_thread() is self.opened_in
        self.closed = True


def operate(adder: Adder, request: Any) -> Message:
    """Carry out an operation. Where a negative infinity is to be added, the `return` is missing."""
    if isinstance(request, FailRequest):
        raise ResourceExhaustedError("It is too much.") if adder.total > 9 else OSError(2, "broken")
    if request.amount < 0:
        return None if math.isinf(request.amount) else FailResponse()  # type: ignore[return-value]
    adder.arrived.set()
    adder.held_up.wait(10.0)
    adder.total += request.amount
    return AddResponse(total=adder.total, thread=threading.current_thread().name)


class AdderClient(OperatingClient):
    """Its client."""

    SERVICE = ADDER
    PROVIDED_INTERFACE = SERVICE.full_name
    SERVICE_CLASS = PROVIDED_INTERFACE
