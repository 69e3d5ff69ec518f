"""The one door to the generated code of the service's own contract."""

from __future__ import annotations

from device_communication.v1 import device_communication_pb2

__all__ = ["device_communication_pb2"]
