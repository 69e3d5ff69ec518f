"""The one door to the generated code of the logger's own contract, and its small conversions."""

from __future__ import annotations

from json_logger.levels import AckLevel
from json_logger.v1 import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.errors import InvalidRequestError
from session_sharing.wire.generated import records_pb2

__all__ = ["json_logger_pb2", "json_logger_pb2_grpc", "level_from_wire", "level_to_wire"]

_LEVELS = {
    AckLevel.OS: records_pb2.ACKNOWLEDGEMENT_LEVEL_OPERATING_SYSTEM,
    AckLevel.DISK: records_pb2.ACKNOWLEDGEMENT_LEVEL_DISK,
}


def level_to_wire(level: AckLevel | None) -> records_pb2.AcknowledgementLevel.ValueType:
    """Convert a level; None is the service's default."""
    if level is None:
        return records_pb2.ACKNOWLEDGEMENT_LEVEL_UNSPECIFIED
    return _LEVELS[level]


def level_from_wire(number: int, default: AckLevel) -> AckLevel:
    """Convert a level.

    Raises:
        InvalidRequestError: There is no such level.
    """
    if number == records_pb2.ACKNOWLEDGEMENT_LEVEL_UNSPECIFIED:
        return default
    for level, known in _LEVELS.items():
        if known == number:
            return level
    known_levels = ", ".join(f"{known} ({level.value})" for level, known in _LEVELS.items())
    raise InvalidRequestError(
        f"{number} is no acknowledgement level. Use {known_levels}, or 0 for the service's default."
    )
