"""The client side of a recording service: logging records, numbered and in order."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from session_sharing.client.calling import Method, released_already
from session_sharing.client.delivery import RecordDelivery
from session_sharing.client.logs import LogsRecords
from session_sharing.client.reading import records_of
from session_sharing.client.receipts import Receipt
from session_sharing.client.record_log import RecordLog
from session_sharing.client.record_stream import AnswerStream, RecordStream
from session_sharing.client.session import WAIT_SECONDS, SessionClient
from session_sharing.core import Released, ReleaseMode
from session_sharing.discovery.resolve import ResolvingClient
from session_sharing.errors import SharingError, ValueTypeError
from session_sharing.records import (
    AckLevel,
    Acknowledged,
    Batch,
    Limits,
    Record,
    RecordContext,
    RecordLimits,
    encode_batches,
    encode_one,
)
from session_sharing.tls import TlsFiles
from session_sharing.utc import utc_now
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import context_to_wire, level_to_wire

_LIMITS = RecordLimits()


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


class RecordingClient(LogsRecords[Acknowledged], SessionClient):
    """Logs records to a resource, through a session that may be shared.

    A subclass names its service and offers its stub. Methods may be called from any thread; records
    are stored in the order of the calls. What one program logs faster than one call at a time
    travels together: that of several threads by itself, that of one thread by `log_soon`.
    `RecordLog` sees to both, and guards itself.

    Args:
        resource: The resource name, as it stands in a pin map; it may end in `?client=NAME`.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        discovery_client: An NI `DiscoveryClient` to find the service by.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds.
        ack: When a record counts as logged: `"os"` or `"disk"`; the service's default if None.
        wait_closed: How long a close waits, in seconds, for other processes to let go.
        take_over_orphan: Let a behaviour that creates close a session first that is nobody's any
            more: left open by a creator that is known to be dead.
        give_up: Set it, from any thread, to wait no more for a service that is away.
        tls: The files to encrypt with; None for what the environment says.

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
        tls: TlsFiles | None = None,
    ) -> None:
        self._level = level_to_wire(None if ack is None else AckLevel.parse(ack))
        self._records = RecordStream(
            self._open_stream, lambda: self._channel, self._is_hasty_or_released
        )
        self._delivery = RecordDelivery(self._records, self._call)
        self._log = RecordLog(self._message, self._delivery, lambda: self._patience(self._wait))
        super().__init__(
            resource,
            behavior,
            discovery_client=discovery_client,
            address=address,
            wait=wait,
            wait_closed=wait_closed,
            take_over_orphan=take_over_orphan,
            give_up=give_up,
            tls=tls,
        )

    def log_many(self, records: Iterable[Record]) -> Acknowledged:
        """Log many records, in their order; return when all are acknowledged.

        They are stored all or none if they are no more than 1,024, and 256 KiB as they travel. More
        travel in parts: when one fails, those before it are logged, and those behind it are not.

        Args:
            records: The records; one without a timestamp gets the time now.

        Returns:
            What holds of all of them.

        Raises:
            ValueTypeError: What was given are no records, or a value has no place in one.
            SharingError: A record was refused, or whether it was logged is unknown.
        """
        self._refuse_released()
        return self._log.log_all(encode_batches(records, _LIMITS, now=utc_now()))

    def log_soon(
        self,
        measurement_name: str,
        configurations: Mapping[str, Any],
        outputs: Mapping[str, Any],
        *,
        timestamp: datetime | None = None,
        context: RecordContext | None = None,
        status: str | None = None,
        units: Mapping[str, str] | None = None,
        limits: Mapping[str, Limits] | None = None,
    ) -> Receipt:
        """Log one record without waiting for it: it travels with others, within milliseconds.

        It is read before this returns, so its values may be changed then. Records of `log_soon` and
        of `log` are stored in the order of the calls. Its receipt tells when it is acknowledged;
        `flush`, and the release of the session, wait for all and raise the first failure.

        Args:
            measurement_name: What was measured.
            configurations: How it was measured, by name.
            outputs: What was found, by name.
            timestamp: When it was measured, with a time zone; now by default.
            context: The unit under test, site, pin and so on that it belongs to.
            status: What came of it: `"passed"`, `"failed"` or another word.
            units: The units of outputs, by their names.
            limits: The limits of outputs, by their names.

        Raises:
            ValueTypeError: A value has no place in a record.
            SharingError: The session was released, or what waits already found no room in time.
        """
        self._refuse_released()
        values = (measurement_name, configurations, outputs)
        record = Record(*values, timestamp, context, status, units, limits)
        return self._log.log_soon(encode_one(record, _LIMITS))

    def flush(self) -> None:
        """Return when everything logged before through this client is acknowledged.

        Raises:
            SharingError: A record of `log_soon` was refused, or whether it was logged is unknown;
                the first one since this was called last.
        """
        self._connection.refuse_after_fork()
        self._log.flush()

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
        self._connection.refuse_after_fork()
        self._log.catch_up()  # What was logged before does not inherit it.
        self._call(lambda: self._stub.SetContext, request)

    def _log_record(self, record: Record) -> Acknowledged:
        return self._log_batch(encode_one(record, _LIMITS))

    def _log_batch(self, batch: Batch) -> Acknowledged:
        """Log records that belong together."""
        self._refuse_released()
        return self._log.log_one(batch)

    def _refuse_released(self) -> None:
        self._connection.refuse_after_fork()
        if self._releasing.begun:
            raise released_already()

    def _message(
        self, first: int, batch: Batch, more_follows: bool
    ) -> records_pb2.LogRecordsRequest:
        return records_pb2.LogRecordsRequest(
            attachment=self._attachment,
            first_record_number=first,
            count=batch.count,
            acknowledgement=self._level,
            records_json=batch.records_json,
            more_follows=more_follows,
        )

    def _open_stream(self, requests: Iterator[Any]) -> AnswerStream:
        return self._stub.StreamRecords(requests)  # type: ignore[no-any-return]  # grpc's own type

    def _release(self, mode: ReleaseMode) -> Released:
        self._connection.refuse_after_fork()
        failure: SharingError | None = None
        try:
            self._log.flush()
        except SharingError as error:  # Told after the release, which must not hang on it.
            failure = error
        self._log.end()
        try:
            self._log.flush()  # Of what others logged soon meanwhile.
        except SharingError as error:
            failure = failure or error
        try:
            released = super()._release(mode)
        finally:
            self._records.close()
        if failure is not None:
            raise failure
        return released

    def _read(self, method: Method[Any], request: object, *, follow: bool) -> Iterator[Record]:
        """Read records back by a stream of lines; it begins with the first `next`.

        Args:
            method: Gives the method of the stub.
            request: Its request.
            follow: Whether it stays until the session closes.

        Raises:
            SharingError: The session is gone, or a line is no record.
        """
        self._connection.refuse_after_fork()
        self._log.catch_up()
        return records_of(self._stream(method, request, until_released=follow))
