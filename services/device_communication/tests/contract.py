"""NI's published contract as its table tells it: names, numbers and types, and nothing of ours.

The messages are made from the table at run time, in a pool of their own, so that they can live in
one process with the service's stubs.
"""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "DeviceCommunication"
UNKNOWN_PROTOCOL, SPI, I2C, UART = range(4)
UNSPECIFIED, INITIALIZE_NEW, ATTACH_TO_EXISTING = range(3)
DEADLINE = 20.0  # seconds

TABLE = {
    "Initialize": (
        (
            "resource_name string, protocol int32, reset bool, register_map_path string, "
            "initialization_behavior int32"
        ),
        "session_name string, new_session bool",
    ),
    "WriteRegister": ("session_name string, register_name string, value uint32", ""),
    "ReadRegister": ("session_name string, register_name string", "value uint32"),
    "WriteGpioChannel": ("session_name string, port uint32, channel uint32, state bool", ""),
    "ReadGpioChannel": ("session_name string, port uint32, channel uint32", "state bool"),
    "WriteGpioPort": ("session_name string, port uint32, mask uint32, state uint32", ""),
    "ReadGpioPort": ("session_name string, port uint32, mask uint32", "state uint32"),
    "Close": ("session_name string", ""),
}
"""The fields of requests and responses; each has the number of its place. An enumeration is an
int32 on the wire, so that tests can send any."""

_TYPES = {
    "string": FieldDescriptorProto.TYPE_STRING,
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "uint32": FieldDescriptorProto.TYPE_UINT32,
}


def _messages() -> dict[str, Any]:
    """Return a class for each request and each response."""
    file = FileDescriptorProto(name="contract.proto", package=PACKAGE, syntax="proto3")
    for method, sides in TABLE.items():
        for side, fields in zip(("Request", "Response"), sides, strict=True):
            message = file.message_type.add(name=method + side)
            for number, field in enumerate(filter(None, fields.split(", ")), start=1):
                name, kind = field.split()
                message.field.add(
                    name=name,
                    number=number,
                    type=_TYPES[kind],
                    label=FieldDescriptorProto.LABEL_OPTIONAL,
                )
    pool = DescriptorPool()
    pool.Add(file)
    return {
        message.name: GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{message.name}"))
        for message in file.message_type
    }


MESSAGES = _messages()


class ContractClient:
    """Calls the eight methods of the contract, each with the fields that it is given."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)])

    def call(self, method: str, **fields: Any) -> Any:
        """Call a method; return its response, in which nothing may be that the table lacks."""
        request, response = MESSAGES[f"{method}Request"], MESSAGES[f"{method}Response"]
        unary = self._channel.unary_unary(
            f"/{PACKAGE}.{PACKAGE}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=bytes,
        )
        answer = unary(request(**fields), timeout=DEADLINE)
        message = response.FromString(answer)
        message.DiscardUnknownFields()
        assert message.SerializeToString(deterministic=True) == answer, "of another shape"
        return message

    def initialize(self, resource_name: str, protocol: int = SPI, **fields: Any) -> Any:
        """Call Initialize; return its response."""
        return self.call("Initialize", resource_name=resource_name, protocol=protocol, **fields)

    def read(self, session_name: str, register_name: str) -> int:
        """Call ReadRegister; return the value."""
        answer = self.call("ReadRegister", session_name=session_name, register_name=register_name)
        return int(answer.value)

    def write(self, session_name: str, register_name: str, value: int) -> None:
        """Call WriteRegister."""
        self.call(
            "WriteRegister", session_name=session_name, register_name=register_name, value=value
        )

    def close(self) -> None:
        """Go away without a word."""
        self._channel.close()
