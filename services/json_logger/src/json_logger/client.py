"""The client of the JSON logger: what plug-ins and programs log through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from json_logger.levels import AckLevel
from json_logger.wire import json_logger_pb2, json_logger_pb2_grpc, level_to_wire
from session_sharing.client import (
    WAIT_SECONDS,
    ResolvingClient,
    SessionClient,
    SessionConstructor,
    Turns,
)
from session_sharing.errors import (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    ResourceExhaustedError,
)
from session_sharing.records import (
    Batch,
    Record,
    RecordContext,
    RecordLimits,
    encode_batches,
    parse_line,
)
from session_sharing.wire.generated import session_pb2

INSTRUMENT_TYPE = "FileLogger"
"""The instrument type id of log files in the project's pin maps."""

_LIMITS = RecordLimits()
_REFUSALS = (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    ResourceExhaustedError,
)
"""Errors after which nothing was stored."""


class JsonLoggerClient(SessionClient):
    """Logs records to one file, through a session that may be shared.

    Methods may be called from any thread; records are stored in the order in which they are
    numbered. For that, calls that log take turns, and only who has the turn touches the number.

    Args:
        resource: The path of the log file, relative to the service's data folder; it may end in
            `?client=NAME`.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        discovery_client: An NI `DiscoveryClient` to find the service by.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds.
        ack: When a record counts as logged: `"os"` or `"disk"`; the service's default if None.
        wait_closed: How long a close waits, in seconds, for others to let go of the file.

    Raises:
        SharingError: The service cannot be reached, or refuses the session.
    """

    PROVIDED_INTERFACE = "session_sharing.json_logger.v1.JsonLogger"
    SERVICE_CLASS = "ni.logger.JSONLogService"

    def __init__(
        self,
        resource: str,
        behavior: int = 0,
        *,
        discovery_client: ResolvingClient | None = None,
        address: str | None = None,
        wait: float = WAIT_SECONDS,
        ack: str | None = None,
        wait_closed: float | None = None,
    ) -> None:
        self._level = level_to_wire(None if ack is None else AckLevel.parse(ack))
        self._turns = Turns()
        self._next_number = 1
        super().__init__(
            resource,
            behavior,
            discovery_client=discovery_client,
            address=address,
            wait=wait,
            wait_closed=wait_closed,
        )

    def log(
        self,
        measurement_name: str,
        configurations: Mapping[str, Any],
        outputs: Mapping[str, Any],
        *,
        timestamp: datetime | None = None,
        context: RecordContext | None = None,
    ) -> None:
        """Log one record; return when it is acknowledged.

        Args:
            measurement_name: What was measured.
            configurations: How it was measured, by name. Values keep their type.
            outputs: What was found, by name. Values keep their type.
            timestamp: When it was measured, with a time zone; now by default.
            context: The unit under test, site, pin and so on that it belongs to.

        Raises:
            SharingError: The record was refused, or whether it was logged is unknown.
        """
        self.log_many([Record(measurement_name, configurations, outputs, timestamp, context)])

    def log_many(self, records: Iterable[Record]) -> None:
        """Log many records, in their order; return when all are acknowledged.

        They travel in as few calls as fit. A call's records are stored all or none; when a call
        fails, those of the calls before it are logged.

        Args:
            records: The records; one without a timestamp gets the time now.

        Raises:
            SharingError: A record was refused, or whether it was logged is unknown.
        """
        now = datetime.now(timezone.utc)
        for batch in encode_batches((_timed(record, now) for record in records), _LIMITS):
            self._log_batch(batch)

    def _log_batch(self, batch: Batch) -> None:
        with self._turns.take():
            request = json_logger_pb2.LogRecordsRequest(
                attachment=self._attachment,
                first_record_number=self._next_number,
                count=batch.count,
                acknowledgement=self._level,
                records_json=batch.records_json,
            )
            used = batch.count
            try:
                self._call(self._stub.LogRecords, request)
            except _REFUSALS:
                used = 0  # Nothing was stored; after other errors that is unknown.
                raise
            finally:
                self._next_number += used

    def flush(self) -> None:
        """Return when everything logged before through this client is acknowledged.

        `log` and `log_many` return acknowledged, so there is nothing to wait for.
        """

    def read(self, last: int | None = None, follow: bool = False) -> Iterator[Record]:
        """Read the log back.

        Args:
            last: Only so many records from the end; all by default.
            follow: Stay, and yield records as they are logged, until the session closes.

        Yields:
            The records, in the order of the file.

        Raises:
            SharingError: The session is gone, or a line of the file is no record.
        """
        if last is not None and last < 0:
            raise InvalidRequestError(f"Cannot read the last {last} records. Give 0 or more.")
        request = json_logger_pb2.ReadRecordsRequest(
            attachment=self._attachment, last=last, follow=follow
        )
        return self._read(request)

    def _read(self, request: json_logger_pb2.ReadRecordsRequest) -> Iterator[Record]:
        reading = self._stream(self._stub.ReadRecords, request, until_released=request.follow)
        with closing(reading) as responses:
            for response in responses:
                for line in response.lines.splitlines(keepends=True):
                    yield parse_line(line)

    @cached_property
    def _stub(self) -> json_logger_pb2_grpc.JsonLoggerStub:
        return json_logger_pb2_grpc.JsonLoggerStub(self._channel)

    def _call_initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        wanted = json_logger_pb2.InitializeFileRequest(session=request)
        return self._call(self._stub.InitializeFile, wanted, timeout=timeout).session

    def _call_close(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        wanted = json_logger_pb2.CloseFileRequest(session=request)
        return self._call(self._stub.CloseFile, wanted, timeout=timeout).session


class JsonLoggerSessionConstructor(SessionConstructor[JsonLoggerClient]):
    """Opens a `JsonLoggerClient` for NI's `reservation.initialize_session(...)`.

    Args:
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        **client_options: Further arguments of `JsonLoggerClient`.
    """

    def __init__(self, behavior: int = 0, **client_options: Any) -> None:  # noqa: ANN401
        super().__init__(JsonLoggerClient, behavior, **client_options)


def _timed(record: Record, now: datetime) -> Record:
    """Return the record with a timestamp: when it was logged is the client's to say."""
    if record.timestamp is not None:
        return record
    return Record(
        record.measurement_name, record.configurations, record.outputs, now, record.context
    )
