"""The door to the generated code of NI's contract; a process with NI's stubs must not import it."""

from json_logger.ni import json_logger_pb2, json_logger_pb2_grpc

__all__ = ["json_logger_pb2", "json_logger_pb2_grpc"]
