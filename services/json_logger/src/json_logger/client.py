"""The client of the JSON logger: what plug-ins and programs log through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from json_logger.wire import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.client import RecordingClient, SessionConstructor, check_last
from session_sharing.records import Record
from session_sharing.wire.generated import session_pb2

INSTRUMENT_TYPE = "FileLogger"
"""The instrument type id of log files in the project's pin maps."""


class JsonLoggerClient(RecordingClient):
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
        wait_closed: How long a close waits, in seconds, for other processes to let go.
        take_over_orphan: Let a behaviour that creates close a session first that is nobody's any
            more: left open by a creator that is known to be dead.
        give_up: Set it, from any thread, to wait no more for a service that is away.
        tls: The files to encrypt with; None for what the environment says.

    Raises:
        SharingError: The service cannot be reached, or refuses the session.
    """

    PROVIDED_INTERFACE = "session_sharing.json_logger.v1.JsonLogger"
    SERVICE_CLASS = "ni.logger.JSONLogService"

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
        request = json_logger_pb2.ReadRecordsRequest(
            attachment=self._attachment, last=check_last(last), follow=follow
        )
        return self._read(lambda: self._stub.ReadRecords, request, follow=follow)

    @property
    def _stub(self) -> json_logger_pb2_grpc.JsonLoggerStub:
        return self._on_channel(json_logger_pb2_grpc.JsonLoggerStub)

    def _call_initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        wanted = json_logger_pb2.InitializeFileRequest(session=request)
        return self._call(lambda: self._stub.InitializeFile, wanted, timeout=timeout).session

    def _call_close(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        wanted = json_logger_pb2.CloseFileRequest(session=request)
        return self._call(lambda: self._stub.CloseFile, wanted, timeout=timeout).session


class JsonLoggerSessionConstructor(SessionConstructor[JsonLoggerClient]):
    """Opens a `JsonLoggerClient` for NI's `reservation.initialize_session(...)`.

    Args:
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        **client_options: Further arguments of `JsonLoggerClient`.
    """

    def __init__(self, behavior: int = 0, **client_options: Any) -> None:  # noqa: ANN401
        super().__init__(JsonLoggerClient, behavior, **client_options)
