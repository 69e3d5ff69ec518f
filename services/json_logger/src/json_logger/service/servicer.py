"""The logger's own service: a thin adapter between its messages and the open log files."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timezone
from typing import Any

import grpc.aio

from json_logger.levels import AckLevel
from json_logger.service.conversion import Conversion
from json_logger.service.log_file import LogFile
from json_logger.wire import (
    json_logger_pb2,
    json_logger_pb2_grpc,
    level_from_wire,
    level_to_wire,
)
from session_sharing.errors import InvalidRequestError
from session_sharing.records import batch_to_lines, record_to_line
from session_sharing.service import SessionEngine, SessionRpc
from session_sharing.wire.records import record_from_wire

Context = grpc.aio.ServicerContext[Any, Any]

_LAST_NUMBER = 2**64 - 1


class JsonLoggerServicer(json_logger_pb2_grpc.JsonLoggerServicer):
    """Serves the project's own contract.

    Args:
        engine: Holds the sessions.
        default_level: The acknowledgement level for those who name none.
        conversion: Turns requests into lines, within limits; shared with the other doors.
    """

    def __init__(
        self,
        engine: SessionEngine[LogFile],
        default_level: AckLevel,
        conversion: Conversion | None = None,
    ) -> None:
        self._sessions = SessionRpc(engine)
        self._default_level = default_level
        self._conversion = conversion or Conversion()

    async def InitializeFile(
        self, request: json_logger_pb2.InitializeFileRequest, context: Context
    ) -> json_logger_pb2.InitializeFileResponse:
        """Create or attach to the session of a log file."""
        session = await self._sessions.initialize(request.session)
        return json_logger_pb2.InitializeFileResponse(session=session)

    async def CloseFile(
        self, request: json_logger_pb2.CloseFileRequest, context: Context
    ) -> json_logger_pb2.CloseFileResponse:
        """Release an attachment."""
        session = await self._sessions.release(request.session)
        return json_logger_pb2.CloseFileResponse(session=session)

    async def LogMeasurementData(
        self, request: json_logger_pb2.LogMeasurementDataRequest, context: Context
    ) -> json_logger_pb2.LogMeasurementDataResponse:
        """Log one record with typed values."""
        level = level_from_wire(request.acknowledgement, self._default_level)
        async with self._sessions.use(request.attachment) as log:
            reached = await log.append(await self._line(request), level)
            self._sessions.stored(request.attachment, request.record_number)
        return json_logger_pb2.LogMeasurementDataResponse(acknowledgement=level_to_wire(reached))

    async def LogRecords(
        self, request: json_logger_pb2.LogRecordsRequest, context: Context
    ) -> json_logger_pb2.LogRecordsResponse:
        """Log many records: all are stored, or none."""
        level = level_from_wire(request.acknowledgement, self._default_level)
        last = _last_number(request)
        async with self._sessions.use(request.attachment) as log:
            reached = await log.append(await self._lines(request), level)
            self._sessions.stored(request.attachment, last)
        return json_logger_pb2.LogRecordsResponse(acknowledgement=level_to_wire(reached))

    async def _line(self, request: json_logger_pb2.LogMeasurementDataRequest) -> bytes:
        def convert() -> bytes:
            record = record_from_wire(request.record)
            return record_to_line(record, now=_now(), limits=self._conversion.limits)

        return await self._conversion.run(request.ByteSize(), convert)

    async def _lines(self, request: json_logger_pb2.LogRecordsRequest) -> bytes:
        def convert() -> bytes:
            lines = batch_to_lines(
                request.records_json, request.count, now=_now(), limits=self._conversion.limits
            )
            return b"".join(lines)

        return await self._conversion.run(len(request.records_json), convert)

    async def ReadRecords(
        self, request: json_logger_pb2.ReadRecordsRequest, context: Context
    ) -> AsyncGenerator[json_logger_pb2.ReadRecordsResponse, None]:
        """Yield records, in whole lines; with `follow` until the session closes."""
        last = request.last if request.HasField("last") else None
        # While it reads the session may close: a reader who dawdles must hold up nobody, and what
        # was logged stays in the file.
        if request.follow:
            source = self._sessions.until_closing(
                request.attachment, lambda log, ending: log.read(last, until=ending)
            )
        else:
            async with self._sessions.use(request.attachment) as log:
                source = log.read(last)
        async with aclosing(source):  # A reader may leave at any time; what it holds ends with it.
            async for lines in source:
                yield json_logger_pb2.ReadRecordsResponse(lines=lines)


def _last_number(request: json_logger_pb2.LogRecordsRequest) -> int:
    """Return the number of the last record, 0 if the client does not count.

    Raises:
        InvalidRequestError: It is no number of 64 bits.
    """
    first = request.first_record_number
    last = first + request.count - 1 if first else 0
    if last > _LAST_NUMBER:
        raise InvalidRequestError(
            f"The last of {request.count} records from number {first} on would need more than 64 "
            "bits. Number the records of an attachment from 1."
        )
    return last


def _now() -> datetime:
    return datetime.now(timezone.utc)
