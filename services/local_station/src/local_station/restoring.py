"""Knowing again what an earlier run of the station kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from local_station.discovery.directory import Directory
from local_station.discovery.kept import KIND as SERVICE
from local_station.discovery.kept import kept_registration
from local_station.session_management.holders import running_process
from local_station.session_management.kept import KIND as RESERVATION
from local_station.session_management.kept import kept_reservation
from local_station.session_management.manager import SessionManager

logger = logging.getLogger(__name__)


def restore(
    entries: Iterable[Mapping[str, Any]], directory: Directory, sessions: SessionManager
) -> None:
    """Take over registrations, and the reservations of those who are still there.

    Whether a service is still there is found out when somebody asks for it. What another version
    of the station has kept in another form is told of in the log, and left out.

    Args:
        entries: What was kept.
        directory: Takes registrations.
        sessions: Takes reservations.
    """
    for entry in entries:
        try:
            _restore(entry, directory, sessions)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("Something that an earlier station kept is not understood: %r", error)


def _restore(entry: Mapping[str, Any], directory: Directory, sessions: SessionManager) -> None:
    if SERVICE in entry:
        directory.put(kept_registration(entry[SERVICE]))
        return
    reservation = kept_reservation(entry[RESERVATION], running_process)
    if reservation is not None:
        sessions.restore(reservation)
