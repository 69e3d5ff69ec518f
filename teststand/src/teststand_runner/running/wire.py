"""The one module of the runner that knows the generated code of NI's pin map interface."""

from __future__ import annotations

from ni.measurementlink.pinmap.v1 import pin_map_service_pb2, pin_map_service_pb2_grpc

__all__ = ["pin_map_service_pb2", "pin_map_service_pb2_grpc"]
