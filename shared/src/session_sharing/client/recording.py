"""The client side of a recording service: logging records, numbered and in order."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timezone
from functools import partial
from typing import Any, Protocol

from session_sharing.client.calling import Method, released_already
from session_sharing.client.logs import LogsRecords
from session_sharing.client.record_stream import AnswerStream, RecordStream
from session_sharing.client.session import WAIT_SECONDS, SessionClient
from session_sharing.client.turns import Turns
from session_sharing.core import Released, ReleaseMode
from session_sharing.discovery.resolve import ResolvingClient
from session_sharing.errors import (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    ResourceExhaustedError,
    ValueTypeError,
)
from session_sharing.records import (
    AckLevel,
    Batch,
    Record,
    RecordContext,
    RecordLimits,
    encode_batches,
    parse_line,
)
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import context_to_wire, level_to_wire

_LIMITS = RecordLimits()
_REFUSALS = (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    ResourceExhaustedError,
)
"""Errors after which nothing was stored."""


class RecordingStub(Protocol):
    """What is used of a recording service's stub."""

    @property
    def StreamRecords(self) -> Any:  # noqa: ANN401 - grpc's own type; the name of the RPC
        """Logs many records for each request of a stream."""
        ...

    @property
    def SetContext(self) -> Any:  # noqa: ANN401 - grpc's own type; the name of the RPC
        """Sets what records inherit."""
        ...


class RecordingClient(LogsRecords, SessionClient):
    """Logs records to a resource, through a session that may be shared.

    A subclass names its service and offers its stub. Methods may be called from any thread;
    records are stored in the order in which they are numbered. For that, calls that log take
    turns, and only who has the turn touches the number.

    Args:
        resource: The resource name, as it stands in a pin map; it may end in `?client=NAME`.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        discovery_client: An NI `DiscoveryClient` to find the service by.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds.
        ack: When a record counts as logged: `"os"` or `"disk"`; the service's default if None.
        wait_closed: How long a close waits, in seconds, for others to let go of the resource.
        take_over_orphan: Let a behaviour that creates close a session first that is nobody's any
            more: left open by a creator that is known to be dead.
        give_up: Set it, from any thread, to wait no more for a service that is away.

    Raises:
        SharingError: The service cannot be reached, or refuses the session.
    """

    @property
    @abstractmethod
    def _stub(self) -> RecordingStub:
        """The stub of the service."""

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
        take_over_orphan: bool = False,
        give_up: threading.Event | None = None,
    ) -> None:
        self._level = level_to_wire(None if ack is None else AckLevel.parse(ack))
        self._turns = Turns()
        self._next_number = 1
        self._records = RecordStream(
            self._open_stream, lambda: self._channel, self._is_hasty_or_released
        )
        super().__init__(
            resource,
            behavior,
            discovery_client=discovery_client,
            address=address,
            wait=wait,
            wait_closed=wait_closed,
            take_over_orphan=take_over_orphan,
            give_up=give_up,
        )

    def log_many(self, records: Iterable[Record]) -> None:
        """Log many records, in their order; return when all are acknowledged.

        They travel in as few calls as fit. A call's records are stored all or none; when a call
        fails, those of the calls before it are logged.

        Args:
            records: The records; one without a timestamp gets the time now.

        Raises:
            ValueTypeError: What was given are no records, or a value has no place in one.
            SharingError: A record was refused, or whether it was logged is unknown.
        """
        now = datetime.now(timezone.utc)
        for batch in encode_batches(records, _LIMITS, now=now):
            self._log_batch(batch)

    def set_context(self, context: RecordContext) -> None:
        """Set what records of the session inherit from now on where they do not say it themselves.

        It holds for the records of all clients of the session, until it closes. A record's own
        values win, then those for its site, then those for all sites.

        Args:
            context: With a site: for records of that site. Without one: for all. It replaces what
                was set before for the same.

        Raises:
            SharingError: The context was refused, or the service cannot be reached.
        """
        if not isinstance(context, RecordContext):
            raise ValueTypeError(
                f"The context is of type {type(context).__name__}. Give a RecordContext, for "
                "example RecordContext(serial_number='SN-1', site=0)."
            )
        request = records_pb2.SetContextRequest(
            attachment=self._attachment, context=context_to_wire(context)
        )
        self._call(lambda: self._stub.SetContext, request)

    def _log_batch(self, batch: Batch) -> None:
        if self._releasing.begun:
            raise released_already()
        patience = self._patience(self._wait)
        with self._turns.take(patience, lambda: _logging_so_many(batch.count)):
            request = records_pb2.LogRecordsRequest(
                attachment=self._attachment,
                first_record_number=self._next_number,
                count=batch.count,
                acknowledgement=self._level,
                records_json=batch.records_json,
            )
            used = batch.count
            try:
                named = partial(_logging_of, request)
                self._call(lambda: self._records, request, patience=patience, named=named)
            except _REFUSALS as error:
                if not error.maybe_done:
                    used = 0  # Nothing was stored; after other errors that is unknown.
                raise
            finally:
                self._next_number += used

    def _open_stream(self, requests: Iterator[Any]) -> AnswerStream:
        return self._stub.StreamRecords(requests)  # type: ignore[no-any-return]  # grpc's own type

    def _release(self, mode: ReleaseMode) -> Released:
        try:
            return super()._release(mode)
        finally:
            self._records.close()

    def flush(self) -> None:
        """Return when everything logged before through this client is acknowledged.

        `log` and `log_many` return acknowledged, so there is nothing to wait for.
        """

    def _read(self, method: Method[Any], request: object, *, follow: bool) -> Iterator[Record]:
        """Read records back by a stream of lines; it begins with the first `next`.

        Args:
            method: Gives the method of the stub.
            request: Its request.
            follow: Whether it stays until the session closes.

        Raises:
            SharingError: The session is gone, or a line is no record.
        """
        return _records(self._stream(method, request, until_released=follow))


def check_last(last: int | None) -> int | None:
    """Return how many records from the end are asked for; None for all.

    Raises:
        InvalidRequestError: There is no such number.
    """
    if last is not None and (type(last) is not int or not 0 <= last < 1 << 64):
        raise InvalidRequestError(f"Cannot read the last {last!r} records. Give 0 or more.")
    return last


def _logging_of(request: records_pb2.LogRecordsRequest) -> str:
    first, last = request.first_record_number, request.first_record_number + request.count - 1
    which = f"record {first}" if first == last else f"records {first} to {last}"
    return f"logging {which} of this client (counted from 1)"


def _logging_so_many(count: int) -> str:
    return "logging 1 record" if count == 1 else f"logging {count} records"


def _records(reading: Generator[Any, None, None]) -> Iterator[Record]:
    with closing(reading) as responses:
        for response in responses:
            for line in response.lines.splitlines(keepends=True):
                yield parse_line(line)
