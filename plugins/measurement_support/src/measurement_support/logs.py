"""The logs of a run: at each site, or for all sites, one file, one database, or one of each."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Protocol

from ni_measurement_plugin_sdk_service.session_management import (
    SITE_SYSTEM_PINS,
    TypedConnection,
    TypedSessionInformation,
)

from measurement_support.interruption import Interruption
from measurement_support.readings import Reading, V
from session_sharing import Record
from session_sharing.errors import InvalidRequestError, SharingError
from session_sharing.names import parse_resource_name
from session_sharing.text import printable

_log = logging.getLogger(__name__)


class Log(Protocol):
    """What is used of a client: those of files and of databases are twins."""

    @property
    def public_id(self) -> str:
        """What people are shown of its session."""
        ...

    @property
    def new_session(self) -> bool:
        """Whether it created its session."""
        ...

    def log_many(self, records: Iterable[Record]) -> object:
        """Log records, in their order; return when all are acknowledged.

        Raises:
            SharingError: A record was refused, or whether it was logged is unknown.
        """
        ...


class SiteLogs:
    """Logs each reading to all logs of its site, or to those of the system pin. For one thread.

    Several sites may hang on one session under aliases: each has its own client then, and what
    they log lies in one place.

    Args:
        connections: The log pin's connections.
        opened: The logs, as `opened_logs` opened them.
        run: Is told how many records each place has acknowledged.

    Attributes:
        count: How many records are stored in every place where they belong: what is in file and
            database counts once.
    """

    def __init__(
        self,
        connections: Sequence[TypedConnection[object]],
        opened: Iterable[TypedSessionInformation[Log]],
        run: Interruption,
    ) -> None:
        clients = {info.session_name: info.session for info in opened}
        self._places: dict[Log, str] = {}
        self._by_type: dict[str, dict[int, Log]] = {}
        for connection in connections:
            info = connection.session_info
            client = clients[info.session_name]
            self._places[client] = parse_resource_name(info.resource_name).resource
            self._by_type.setdefault(info.instrument_type_id, {})[connection.site] = client
        self._run = run
        self.count = 0
        for place in self._places.values():
            run.stored.setdefault(place, 0)

    @property
    def new_session(self) -> bool:
        """Whether this run created a session."""
        return any(client.new_session for client in self._places)

    @property
    def public_ids(self) -> str:
        """The public id of the session; of several, with commas between them, files first."""
        return ", ".join(dict.fromkeys(client.public_id for client in self._places))

    def log(self, entries: Iterable[tuple[Reading[V], Record]]) -> None:
        """Log records in their order; return when all are acknowledged, wherever they belong.

        What one log refuses, the others still get.

        Raises:
            InvalidRequestError: No log is connected at the site of a reading.
            SharingError: A record was refused, or whether it was logged is unknown.
        """
        records = 0
        batches: dict[Log, list[Record]] = {}
        for reading, record in entries:
            records += 1
            for client in self._of_site(reading.site):
                batches.setdefault(client, []).append(record)
        self._write(batches)
        self.count += records

    def _write(self, batches: dict[Log, list[Record]]) -> None:
        first: SharingError | None = None
        for client, records in batches.items():
            place = self._places[client]
            try:
                client.log_many(records)
            except SharingError as error:
                _log.warning("%s did not take records: %s", place, printable(error.message))
                first = first or error
            else:
                self._run.stored[place] += len(records)
        if first is not None:
            raise first

    def _of_site(self, site: int) -> list[Log]:
        found = (
            by_site.get(site) or by_site.get(SITE_SYSTEM_PINS) for by_site in self._by_type.values()
        )
        clients = [client for client in found if client is not None]
        if not clients:
            raise InvalidRequestError(
                f"The log pin is not connected at site {site}. Connect it there in the pin map, or "
                "make it a system pin, which serves all sites."
            )
        return clients
