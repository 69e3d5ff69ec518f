"""The logs of a run: one for each site, or one for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ni_measurement_plugin_sdk_service.session_management import (
    SITE_SYSTEM_PINS,
    TypedConnection,
    TypedSessionInformation,
)

from json_logger import JsonLoggerClient, Record
from measurement_support.interruption import Interruption
from measurement_support.readings import Reading
from session_sharing.errors import InvalidRequestError


class SiteLogs:
    """Logs each reading to the log of its site, or to that of the system pin. For one thread.

    Several sites may hang on one session under aliases: each has its own client then, and what
    they log lies in one file.

    Args:
        connections: The log pin's connections.
        opened: What `reservation.initialize_sessions(...)` opened.
        run: Counts the records that are acknowledged.
    """

    def __init__(
        self,
        connections: Sequence[TypedConnection[object]],
        opened: Iterable[TypedSessionInformation[JsonLoggerClient]],
        run: Interruption,
    ) -> None:
        clients = {info.session_name: info.session for info in opened}
        self._by_site = {
            connection.site: clients[connection.session_info.session_name]
            for connection in connections
        }
        self._run = run

    @property
    def new_session(self) -> bool:
        """Whether this run created a session."""
        return any(client.new_session for client in self._by_site.values())

    @property
    def public_ids(self) -> str:
        """The public id of the session; of several, with commas between them."""
        return ", ".join(dict.fromkeys(client.public_id for client in self._by_site.values()))

    def log(self, entries: Iterable[tuple[Reading, Record]]) -> None:
        """Log records in their order; return when all are acknowledged.

        Raises:
            InvalidRequestError: No log is connected at the site of a reading.
            SharingError: A record was refused, or whether it was logged is unknown.
        """
        batches: dict[JsonLoggerClient, list[Record]] = {}
        for reading, record in entries:
            batches.setdefault(self._of_site(reading.site), []).append(record)
        for client, records in batches.items():
            client.log_many(records)
            self._run.logged += len(records)

    def _of_site(self, site: int) -> JsonLoggerClient:
        client = self._by_site.get(site) or self._by_site.get(SITE_SYSTEM_PINS)
        if client is None:
            raise InvalidRequestError(
                f"The log pin is not connected at site {site}. Connect it there in the pin map, or "
                "make it a system pin, which serves all sites."
            )
        return client
