"""The logger's own service: a thin adapter between its messages and the open log files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Any

import grpc.aio
from session_sharing.records import RecordLimits, batch_to_lines, record_to_line
from session_sharing.service import SessionEngine, SessionRpc, in_thread
from session_sharing.wire.records import record_from_wire

from json_logger.levels import AckLevel
from json_logger.service.log_file import LogFile
from json_logger.wire import (
    json_logger_pb2,
    json_logger_pb2_grpc,
    level_from_wire,
    level_to_wire,
)

Context = grpc.aio.ServicerContext[Any, Any]

INLINE_BYTES = 256 * 1024
"""Batches up to this size are converted on the event loop; bigger ones would hold it up."""


class JsonLoggerServicer(json_logger_pb2_grpc.JsonLoggerServicer):
    """Serves the project's own contract.

    Args:
        engine: Holds the sessions.
        default_level: The acknowledgement level for those who name none.
        limits: How big records and requests may be.
    """

    def __init__(
        self,
        engine: SessionEngine[LogFile],
        default_level: AckLevel,
        limits: RecordLimits | None = None,
    ) -> None:
        self._sessions = SessionRpc(engine)
        self._default_level = default_level
        self._limits = limits or RecordLimits()

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
            record = record_from_wire(request.record)
            line = record_to_line(record, now=_now(), limits=self._limits)
            reached = await log.append(line, level)
            self._sessions.stored(request.attachment, request.record_number)
        return json_logger_pb2.LogMeasurementDataResponse(acknowledgement=level_to_wire(reached))

    async def LogRecords(
        self, request: json_logger_pb2.LogRecordsRequest, context: Context
    ) -> json_logger_pb2.LogRecordsResponse:
        """Log many records: all are stored, or none."""
        level = level_from_wire(request.acknowledgement, self._default_level)
        async with self._sessions.use(request.attachment) as log:
            lines = await self._lines(request)
            reached = await log.append(b"".join(lines), level)
            if request.first_record_number:
                last = request.first_record_number + len(lines) - 1
                self._sessions.stored(request.attachment, last)
        return json_logger_pb2.LogRecordsResponse(acknowledgement=level_to_wire(reached))

    async def _lines(self, request: json_logger_pb2.LogRecordsRequest) -> list[bytes]:
        def convert() -> list[bytes]:
            return batch_to_lines(
                request.records_json, request.count, now=_now(), limits=self._limits
            )

        if len(request.records_json) <= INLINE_BYTES:
            return convert()
        return await in_thread("convert records", convert)

    async def ReadRecords(
        self, request: json_logger_pb2.ReadRecordsRequest, context: Context
    ) -> AsyncIterator[json_logger_pb2.ReadRecordsResponse]:
        """Yield records, in whole lines; with `follow` until the session closes."""
        last = request.last if request.HasField("last") else None
        async with self._sessions.use(request.attachment) as log:
            if not request.follow:
                async for lines in log.read(last, follow=False):
                    yield json_logger_pb2.ReadRecordsResponse(lines=lines)
                return
        source = log.read(last, follow=True)
        async for lines in self._sessions.until_closing(request.attachment, source):
            yield json_logger_pb2.ReadRecordsResponse(lines=lines)


def _now() -> datetime:
    return datetime.now(timezone.utc)
