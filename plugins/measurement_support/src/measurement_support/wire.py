"""The one module that knows the generated code of NI's measurement interface."""

from __future__ import annotations

from ni.measurementlink import pin_map_context_pb2
from ni.measurementlink.measurement.v2 import (
    measurement_service_pb2,
    measurement_service_pb2_grpc,
)

__all__ = ["measurement_service_pb2", "measurement_service_pb2_grpc", "pin_map_context_pb2"]
