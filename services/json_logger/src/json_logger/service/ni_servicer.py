"""NI's contract as a second door to the same sessions and files.

A client of this door makes no attachment: it is counted nowhere and keeps nothing open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import grpc.aio

from json_logger.service.log_file import LogFile
from json_logger.service.ni_wire import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.behavior import Behavior
from session_sharing.errors import InvalidRequestError
from session_sharing.records import (
    AckLevel,
    Record,
    RecordLimits,
    SiteContexts,
    Value,
    record_to_line,
)
from session_sharing.service import SessionEngine
from session_sharing.service.conversion import Conversion
from session_sharing.wire.times import moment_from_wire

Context = grpc.aio.ServicerContext[Any, Any]


class NiJsonLoggerServicer(json_logger_pb2_grpc.JsonLoggerServicer):
    """Serves NI's contract.

    Args:
        engine: Holds the sessions.
        level: The acknowledgement level: this contract cannot ask for one.
        conversion: Turns requests into lines, within limits; shared with the other doors.
    """

    def __init__(
        self, engine: SessionEngine[LogFile], level: AckLevel, conversion: Conversion | None = None
    ) -> None:
        self._engine = engine
        self._level = level
        self._conversion = conversion or Conversion()

    async def InitializeFile(
        self, request: json_logger_pb2.InitializeFileRequest, context: Context
    ) -> json_logger_pb2.InitializeFileResponse:
        """Create or find the session of a log file."""
        number = int(request.initialization_behavior)
        if number > Behavior.ATTACH_TO_SERVER_SESSION:
            raise InvalidRequestError(
                f"{number} is no initialization behaviour of this contract. Use 0 (attach or "
                "create), 1 (create) or 2 (attach)."
            )
        initialized = await self._engine.initialize(request.file_path, number)
        return json_logger_pb2.InitializeFileResponse(
            session_name=initialized.session_name, new_session=initialized.new_session
        )

    async def LogMeasurementData(
        self, request: json_logger_pb2.LogMeasurementDataRequest, context: Context
    ) -> json_logger_pb2.LogMeasurementDataResponse:
        """Log one record; its values are texts."""
        async with self._engine.use(request.session_name, anonymous=True) as log:
            await log.append(await self._line(request, log.contexts.snapshot()), self._level)
        return json_logger_pb2.LogMeasurementDataResponse()

    async def _line(
        self, request: json_logger_pb2.LogMeasurementDataRequest, contexts: SiteContexts
    ) -> bytes:
        now = datetime.now(timezone.utc)

        def convert() -> bytes:
            record = Record(
                measurement_name=request.measurement_name,
                configurations=_texts(request.measurement_configurations),
                outputs=_texts(request.measurement_outputs),
                timestamp=_timestamp(request) or now,
            )
            return record_to_line(
                contexts.complete(record), now=now, limits=self._conversion.limits
            )

        limit = request_limit(self._conversion.limits)
        return await self._conversion.run(request.ByteSize(), convert, limit=limit)

    async def CloseFile(
        self, request: json_logger_pb2.CloseFileRequest, context: Context
    ) -> json_logger_pb2.CloseFileResponse:
        """Ask to close: at once, or when the last attachment goes."""
        await self._engine.close_anonymously(request.session_name)
        return json_logger_pb2.CloseFileResponse()


def request_limit(limits: RecordLimits) -> int:
    """Return the size, in bytes, over which no request can hold a record that fits.

    Keys and texts are no longer on the wire than in JSON, but for their lengths, a few bytes each.
    """
    return limits.record_bytes + limits.record_bytes // 16 + (1 << 20)


def _texts(texts: Mapping[str, str]) -> dict[str, Value]:
    # Not `dict(texts)`: that is one step of the interpreter, in which no other thread runs.
    return {name: text for name, text in texts.items()}  # noqa: C416


def _timestamp(request: json_logger_pb2.LogMeasurementDataRequest) -> datetime | None:
    """Return when it was measured, if that is told.

    Raises:
        InvalidRequestError: The timestamp is none.
    """
    if not request.HasField("timestamp"):
        return None
    nanos = request.timestamp.nanos
    if not 0 <= nanos < 1_000_000_000:
        raise InvalidRequestError(f"The timestamp has {nanos} nanoseconds; 0 to 999999999 are one.")
    return moment_from_wire(request.timestamp)
