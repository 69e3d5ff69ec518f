"""Calling every method of a service, as its own reflection tells them."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

LIMIT = 10.0
"""How long an answer may take, in seconds."""


def every_method(channel: grpc.Channel) -> list[str]:
    """Return all methods of all services that a server offers, as `package.Service/Method`."""
    (listed,) = _ask(channel, reflection_pb2.ServerReflectionRequest(list_services="*"))
    names = [service.name for service in listed.list_services_response.service]
    return [f"{name}/{method}" for name in names for method in _methods(channel, name)]


def status_of_call(channel: grpc.Channel, method: str) -> grpc.StatusCode:
    """Call a method with an empty request; return the status, OK as soon as it answers anything.

    Args:
        channel: A channel to the server.
        method: `package.Service/Method`.
    """
    method_of: Any = channel.stream_stream(f"/{method}")  # Its types are those of messages.
    call = method_of(iter([b""]), timeout=LIMIT)
    try:
        next(call, None)
    except grpc.RpcError as error:
        code: grpc.StatusCode = error.code()
        return code
    finally:
        call.cancel()
    return grpc.StatusCode.OK


def _methods(channel: grpc.Channel, service: str) -> list[str]:
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=service)
    (told,) = _ask(channel, request)
    files = map(FileDescriptorProto.FromString, told.file_descriptor_response.file_descriptor_proto)
    return [
        method.name
        for file in files
        for described in file.service
        if f"{file.package}.{described.name}" == service
        for method in described.method
    ]


def _ask(
    channel: grpc.Channel, request: reflection_pb2.ServerReflectionRequest
) -> list[reflection_pb2.ServerReflectionResponse]:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub  # without types
    return list(stub(channel).ServerReflectionInfo(iter([request]), timeout=LIMIT))
