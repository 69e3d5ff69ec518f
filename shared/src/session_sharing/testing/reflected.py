"""What a server serves, as it tells by reflection: so that no RPC of any service is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import grpc
from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)


@dataclass(frozen=True)
class Method:
    """One RPC.

    Attributes:
        path: `/package.Service/Method`, as gRPC takes it.
        request: The type of its requests.
        answer: The type of its answers.
        sends_many: Whether the client sends a stream.
        answers_many: Whether the server sends a stream.
    """

    path: str
    request: Descriptor
    answer: Descriptor
    sends_many: bool
    answers_many: bool

    @staticmethod
    def of(descriptor: MethodDescriptor) -> Method:
        """Return what a descriptor tells."""
        return Method(
            f"/{descriptor.containing_service.full_name}/{descriptor.name}",
            descriptor.input_type,
            descriptor.output_type,
            descriptor.client_streaming,
            descriptor.server_streaming,
        )


def services_of(channel: grpc.Channel) -> list[ServiceDescriptor]:
    """Return all services of a server that answers reflection."""
    database = ProtoReflectionDescriptorDatabase(channel)
    pool = DescriptorPool(database)
    return [pool.FindServiceByName(name) for name in sorted(database.get_services())]


def methods_of(services: list[ServiceDescriptor]) -> dict[str, Method]:
    """Return all RPCs of services, by their paths."""
    found = (Method.of(method) for service in services for method in service.methods)
    return {method.path: method for method in found}


def fields_below(descriptor: Descriptor) -> Iterator[str]:
    """Yield the names of all fields of a type, and of the types within it."""
    seen, types = {descriptor.full_name}, [descriptor]
    while types:
        for field in types.pop().fields:
            yield field.name
            below = field.message_type
            if below is not None and below.full_name not in seen:
                seen.add(below.full_name)
                types.append(below)
