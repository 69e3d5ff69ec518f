"""The one door to the generated code of the database writer's contract."""

from __future__ import annotations

from db_writer.v1 import db_writer_pb2, db_writer_pb2_grpc

__all__ = ["db_writer_pb2", "db_writer_pb2_grpc"]
