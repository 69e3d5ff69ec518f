"""The service's contract: a thin adapter between its messages and the open databases."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any

import grpc.aio

from db_writer.service.database import Database, Query
from db_writer.service.record_rows import check_context
from db_writer.service.store import Entry, RecordFilter
from db_writer.wire import db_writer_pb2, db_writer_pb2_grpc
from session_sharing.records import (
    AckLevel,
    Acknowledged,
    Record,
    SiteContexts,
    batch_to_records,
    record_to_line,
)
from session_sharing.service import Brought, Conversion, RecordingRpc, SessionEngine, SessionRpc
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import record_from_wire
from session_sharing.wire.times import moment_from_wire

Context = grpc.aio.ServicerContext[Any, Any]

_FIELDS = ("measurement_name", "serial_number", "run", "site", "pin", "status")
_MOST = 2**63 - 1
"""The largest number that databases count to."""


class DbWriterServicer(db_writer_pb2_grpc.DbWriterServicer):
    """Serves the contract of the database writer.

    Args:
        engine: Holds the sessions.
        conversion: Turns requests into records, within limits.
    """

    def __init__(
        self, engine: SessionEngine[Database], conversion: Conversion | None = None
    ) -> None:
        self._sessions = SessionRpc(engine)
        conversion = conversion or Conversion()
        self._limits = conversion.limits
        self._recording: RecordingRpc[Database, list[Record]] = RecordingRpc(
            self._sessions, conversion, AckLevel.DISK, _append, check_context
        )

    async def InitializeDatabase(
        self, request: db_writer_pb2.InitializeDatabaseRequest, context: Context
    ) -> db_writer_pb2.InitializeDatabaseResponse:
        """Create or attach to the session of a database."""
        session = await self._sessions.initialize(request.session)
        return db_writer_pb2.InitializeDatabaseResponse(session=session)

    async def CloseDatabase(
        self, request: db_writer_pb2.CloseDatabaseRequest, context: Context
    ) -> db_writer_pb2.CloseDatabaseResponse:
        """Release an attachment."""
        session = await self._sessions.release(request.session)
        return db_writer_pb2.CloseDatabaseResponse(session=session)

    async def LogMeasurementData(
        self, request: records_pb2.LogMeasurementDataRequest, context: Context
    ) -> records_pb2.LogMeasurementDataResponse:
        """Log one record with typed values."""
        return await self._recording.log_record(request, self._record)

    async def LogRecords(
        self, request: records_pb2.LogRecordsRequest, context: Context
    ) -> records_pb2.LogRecordsResponse:
        """Log many records: all are in the database, or none."""
        return await self._recording.log_records(request, self._records)

    async def StreamRecords(
        self, request_iterator: AsyncIterator[records_pb2.LogRecordsRequest], context: Context
    ) -> AsyncGenerator[records_pb2.StreamRecordsResponse, None]:
        """Log many records for each request of a stream."""
        answers = self._recording.stream_records(request_iterator, self._records)
        async with aclosing(answers):
            async for answer in answers:
                yield answer

    async def SetContext(
        self, request: records_pb2.SetContextRequest, context: Context
    ) -> records_pb2.SetContextResponse:
        """Set what records of a site, or of all, inherit."""
        return await self._recording.set_context(request)

    async def QueryRecords(
        self, request: db_writer_pb2.QueryRecordsRequest, context: Context
    ) -> AsyncGenerator[records_pb2.ReadRecordsResponse, None]:
        """Yield records, in whole lines; with `follow` until the session closes."""
        query = _query(request)
        # While it reads the session may close: a reader who dawdles must hold up nobody.
        if request.follow:
            source = self._sessions.until_closing(
                request.attachment, lambda database, ending: database.read(query, until=ending)
            )
        else:
            async with self._sessions.use(request.attachment) as database:
                source = database.read(query)
        async with aclosing(source):  # A reader may leave at any time; what it holds ends with it.
            async for lines in source:
                yield records_pb2.ReadRecordsResponse(lines=lines)

    def _record(
        self, message: records_pb2.Record, now: datetime, contexts: SiteContexts
    ) -> list[Record]:
        record = contexts.complete(record_from_wire(message))
        record_to_line(record, now=now, limits=self._limits)  # Whether all has a place, and fits.
        return [record if record.timestamp else replace(record, timestamp=now)]

    def _records(
        self, records_json: bytes, count: int, now: datetime, contexts: SiteContexts
    ) -> list[Record]:
        return batch_to_records(
            records_json, count, now=now, limits=self._limits, contexts=contexts
        )


def _append(
    database: Database, brought: Brought[list[Record]], level: AckLevel
) -> Awaitable[Acknowledged]:
    """Store records; whatever was asked for, a transaction that is committed is on disk."""
    entry = Entry(brought.attachment_id, brought.first_number, brought.content)
    return database.append(entry, brought.link)


def _query(request: db_writer_pb2.QueryRecordsRequest) -> Query:
    wanted = request.filter
    return Query(
        RecordFilter(
            since=moment_from_wire(wanted.since) if wanted.HasField("since") else None,
            until=moment_from_wire(wanted.until) if wanted.HasField("until") else None,
            **{name: getattr(wanted, name) for name in _FIELDS if wanted.HasField(name)},  # type: ignore[arg-type]
        ),
        min(request.last, _MOST) if request.HasField("last") else None,
    )
