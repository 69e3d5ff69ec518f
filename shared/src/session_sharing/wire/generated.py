"""The one door to the generated code of this package."""

from session_sharing.v1 import (
    administration_pb2,
    administration_pb2_grpc,
    clients_pb2,
    clients_pb2_grpc,
    discovery_pb2,
    records_pb2,
    session_pb2,
)

__all__ = [
    "administration_pb2",
    "administration_pb2_grpc",
    "clients_pb2",
    "clients_pb2_grpc",
    "discovery_pb2",
    "records_pb2",
    "session_pb2",
]
