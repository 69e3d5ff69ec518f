"""The logs that a measurement can write to, and how those are opened that were reserved.

A pin of a log is connected to a file, to a database, or to both: the pin map says which.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from ni_measurement_plugin_sdk_service.session_management import (
    MultiSessionReservation,
    SessionInformation,
    TypedSessionInformation,
)

import db_writer
import json_logger
from db_writer import DbWriterSessionConstructor
from json_logger import JsonLoggerSessionConstructor
from session_sharing.client import RecordingClient
from session_sharing.client.constructor import ReservedSession
from session_sharing.client.halfway import mark

LOG_TYPES = (json_logger.INSTRUMENT_TYPE, db_writer.INSTRUMENT_TYPE)
"""The instrument types of logs in a pin map, in the order in which they are opened and written."""


class LogConstructor:
    """Opens the client of a reserved log, by its type, for NI's `initialize_sessions`.

    One constructor for all types makes all logs of a reservation belong together: when one of them
    cannot be opened, those of both types that were created for nothing are closed again.

    Args:
        behavior: How the sessions are initialized, files and databases alike.
        wait: How long a call waits for a service, in seconds; the clients' own time by default.
        give_up: Set when a service that is away is waited for no more; never by default.
    """

    def __init__(
        self,
        behavior: int,
        wait: float | None = None,
        give_up: threading.Event | None = None,
    ) -> None:
        options: dict[str, Any] = {"give_up": give_up}
        if wait is not None:
            options["wait"] = wait
        self._by_type: dict[str, Callable[[ReservedSession], RecordingClient]] = {
            json_logger.INSTRUMENT_TYPE: JsonLoggerSessionConstructor(behavior, **options),
            db_writer.INSTRUMENT_TYPE: DbWriterSessionConstructor(behavior, **options),
        }

    def __call__(self, session_info: SessionInformation) -> RecordingClient:
        """Open a client on the resource that the pin map names.

        Raises:
            SharingError: The service cannot be reached, or refuses the session.
        """
        try:
            client = self._by_type[session_info.instrument_type_id](session_info)
        except BaseException as error:
            mark(error, self)
            raise
        client.constructor = self
        return client


@contextmanager
def opened_logs(
    reservation: MultiSessionReservation, constructor: LogConstructor
) -> Iterator[Sequence[TypedSessionInformation[RecordingClient]]]:
    """Open all logs that were reserved, of every type; release them when the block ends.

    Args:
        reservation: What was reserved.
        constructor: What opens them.

    Yields:
        The logs, files first.

    Raises:
        SharingError: One of them cannot be opened; none stays open because of that.
    """
    reserved = {info.instrument_type_id for info in reservation.session_info}
    with ExitStack() as stack:
        opened: list[TypedSessionInformation[RecordingClient]] = []
        for log_type in LOG_TYPES:
            if log_type in reserved:
                opened += stack.enter_context(
                    reservation.initialize_sessions(constructor, log_type)
                )
        yield opened
