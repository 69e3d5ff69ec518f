"""The logger's own service: a thin adapter between its messages and the open log files."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from datetime import datetime
from typing import Any

import grpc.aio

from json_logger.service.log_file import LogFile
from json_logger.service.pieces import RecordRange
from json_logger.wire import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.records import (
    AckLevel,
    Acknowledged,
    SiteContexts,
    batch_to_text,
    record_to_line,
)
from session_sharing.service import Brought, Conversion, RecordingRpc, SessionEngine, SessionRpc
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import record_from_wire

Context = grpc.aio.ServicerContext[Any, Any]


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
        conversion = conversion or Conversion()
        self._limits = conversion.limits
        self._recording: RecordingRpc[LogFile, bytes] = RecordingRpc(
            self._sessions, conversion, default_level, _append
        )

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
        self, request: records_pb2.LogMeasurementDataRequest, context: Context
    ) -> records_pb2.LogMeasurementDataResponse:
        """Log one record with typed values."""
        return await self._recording.log_record(request, self._line)

    async def LogRecords(
        self, request: records_pb2.LogRecordsRequest, context: Context
    ) -> records_pb2.LogRecordsResponse:
        """Log many records: all are stored, or none."""
        return await self._recording.log_records(request, self._lines)

    async def StreamRecords(
        self, request_iterator: AsyncIterator[records_pb2.LogRecordsRequest], context: Context
    ) -> AsyncGenerator[records_pb2.StreamRecordsResponse, None]:
        """Log many records for each request of a stream."""
        answers = self._recording.stream_records(request_iterator, self._lines)
        async with aclosing(answers):
            async for answer in answers:
                yield answer

    async def SetContext(
        self, request: records_pb2.SetContextRequest, context: Context
    ) -> records_pb2.SetContextResponse:
        """Set what records of a site, or of all, inherit."""
        return await self._recording.set_context(request)

    def _line(self, message: records_pb2.Record, now: datetime, contexts: SiteContexts) -> bytes:
        record = contexts.complete(record_from_wire(message))
        return record_to_line(record, now=now, limits=self._limits)

    def _lines(
        self, records_json: bytes, count: int, now: datetime, contexts: SiteContexts
    ) -> bytes:
        return batch_to_text(records_json, count, now=now, limits=self._limits, contexts=contexts)

    async def ReadRecords(
        self, request: json_logger_pb2.ReadRecordsRequest, context: Context
    ) -> AsyncGenerator[records_pb2.ReadRecordsResponse, None]:
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
                yield records_pb2.ReadRecordsResponse(lines=lines)


def _append(log: LogFile, brought: Brought[bytes], level: AckLevel) -> Awaitable[Acknowledged]:
    records = None
    if 0 < brought.first_number <= brought.last_number:  # An empty batch stores no number.
        records = RecordRange(brought.attachment_id, brought.first_number, brought.last_number)
    return _acknowledged(log.append(brought.content, level, records, brought.link))


async def _acknowledged(level: Awaitable[AckLevel]) -> Acknowledged:
    return Acknowledged(await level)
