"""The client of the database writer: what plug-ins and programs log through and ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from db_writer.wire import db_writer_pb2, db_writer_pb2_grpc
from session_sharing.client import (
    RecordGroup,
    RecordingClient,
    SessionConstructor,
    check_last,
)
from session_sharing.errors import InvalidRequestError
from session_sharing.records import Record, RecordLimits
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.times import moment_to_wire

INSTRUMENT_TYPE = "DatabaseWriter"
"""The instrument type id of databases in the project's pin maps."""


class DbWriterClient(RecordingClient):
    """Logs records to one database, through a session that may be shared.

    Methods may be called from any thread; records are stored in the order in which they are
    numbered. For that, calls that log take turns, and only who has the turn touches the number.

    Args:
        resource: The name of a database of the service's configuration, as it is spelt there, or
            the path of an SQLite file, relative to the service's data folder; it may end in
            `?client=NAME`.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        discovery_client: An NI `DiscoveryClient` to find the service by.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds.
        ack: `"os"` or `"disk"`; either way a record counts as logged when its transaction is
            committed, which is on disk.
        wait_closed: How long a close waits, in seconds, for other processes to let go.
        take_over_orphan: Let a behaviour that creates close a session first that is nobody's any
            more: left open by a creator that is known to be dead.
        give_up: Set it, from any thread, to wait no more for a service that is away.
        tls: The files to encrypt with; None for what the environment says.

    Raises:
        SharingError: The service cannot be reached, or refuses the session.
    """

    PROVIDED_INTERFACE = "session_sharing.db_writer.v1.DbWriter"
    SERVICE_CLASS = "session_sharing.DatabaseWriter"

    @contextmanager
    def group(self) -> Iterator[RecordGroup]:
        """Log records that belong together: all of them are in the database, or none.

        They are collected in the block and sent as one request at its end. Where the block raises,
        nothing is sent.

        Yields:
            What takes the records, by `log` and `log_many`.

        Raises:
            TooLargeError: The records do not fit into one request.
            SharingError: The group was refused, or whether it was logged is unknown.
        """
        group = RecordGroup(RecordLimits())
        try:
            yield group
        except BaseException:
            group.end()
            raise
        batch = group.end()
        if batch is not None:
            group.acknowledged = self._log_batch(batch)

    def read(self, last: int | None = None, follow: bool = False) -> Iterator[Record]:
        """Read the database back.

        Args:
            last: Only so many records from the end; all by default.
            follow: Stay, and yield records as they are stored through this service, until the
                session closes.

        Yields:
            The records, in the order in which they were stored.

        Raises:
            SharingError: The session is gone, or the database is away.
        """
        return self.query(last=last, follow=follow)

    def query(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        measurement_name: str | None = None,
        serial_number: str | None = None,
        run: str | None = None,
        site: int | None = None,
        pin: str | None = None,
        status: str | None = None,
        last: int | None = None,
        follow: bool = False,
    ) -> Iterator[Record]:
        """Read those records back that are as they have to be; what is not given does not matter.

        Args:
            since: Measured at this time or later; with a time zone.
            until: Measured before this time; with a time zone.
            measurement_name: What was measured.
            serial_number: Of the unit under test.
            run: The execution of a sequence or of a measurement.
            site: The site; -1 for system pins.
            pin: The pin.
            status: What came of it.
            last: Only so many of them from the end; all by default.
            follow: Stay, and yield such records as they are stored through this service, until the
                session closes.

        Yields:
            The records, in the order in which they were stored.

        Raises:
            InvalidRequestError: A time is no datetime with a time zone, or a number is out of
                range.
            SharingError: The session is gone, or the database is away.
        """
        wanted = {
            "measurement_name": measurement_name,
            "serial_number": serial_number,
            "run": run,
            "site": site,
            "pin": pin,
            "status": status,
        }
        request = db_writer_pb2.QueryRecordsRequest(
            attachment=self._attachment,
            filter=_filter(since, until, wanted),
            last=check_last(last),
            follow=follow,
        )
        return self._read(lambda: self._stub.QueryRecords, request, follow=follow)

    @property
    def _stub(self) -> db_writer_pb2_grpc.DbWriterStub:
        return self._on_channel(db_writer_pb2_grpc.DbWriterStub)

    def _call_initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        wanted = db_writer_pb2.InitializeDatabaseRequest(session=request)
        return self._call(lambda: self._stub.InitializeDatabase, wanted, timeout=timeout).session

    def _call_close(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        wanted = db_writer_pb2.CloseDatabaseRequest(session=request)
        return self._call(lambda: self._stub.CloseDatabase, wanted, timeout=timeout).session


class DbWriterSessionConstructor(SessionConstructor[DbWriterClient]):
    """Opens a `DbWriterClient` for NI's `reservation.initialize_session(...)`.

    Args:
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        **client_options: Further arguments of `DbWriterClient`.
    """

    def __init__(self, behavior: int = 0, **client_options: Any) -> None:  # noqa: ANN401
        super().__init__(DbWriterClient, behavior, **client_options)


def _filter(
    since: datetime | None, until: datetime | None, wanted: dict[str, Any]
) -> db_writer_pb2.RecordFilter:
    for name, moment in (("since", since), ("until", until)):
        if moment is not None and not isinstance(moment, datetime):
            raise InvalidRequestError(
                f"{name} is of type {type(moment).__name__}. Give a datetime with a time zone, for "
                "example datetime(2026, 11, 1, tzinfo=timezone.utc)."
            )
        if moment is not None and moment.utcoffset() is None:
            raise InvalidRequestError(
                f"{name}={moment} has no time zone. Use datetime.now(timezone.utc) or the like."
            )
    try:
        return db_writer_pb2.RecordFilter(
            since=moment_to_wire(since), until=moment_to_wire(until), **wanted
        )
    except (OverflowError, TypeError, ValueError) as error:
        raise InvalidRequestError(f"There can be no such records: {error}") from error
