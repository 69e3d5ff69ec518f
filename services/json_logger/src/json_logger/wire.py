"""The one door to the generated code of the logger's own contract."""

from __future__ import annotations

from json_logger.v1 import json_logger_pb2, json_logger_pb2_grpc

__all__ = ["json_logger_pb2", "json_logger_pb2_grpc"]
