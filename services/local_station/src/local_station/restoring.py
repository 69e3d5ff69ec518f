"""Knowing again what an earlier run of the station kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from local_station.discovery.directory import Directory
from local_station.discovery.kept import Came, Went
from local_station.keeping import Entry, Readers, from_json
from local_station.session_management.holders import running_process
from local_station.session_management.kept import Freed, Held, still_held
from local_station.session_management.manager import SessionManager
from session_sharing.errors import SharingError
from session_sharing.service.journal_reading import read_file

READERS: Readers = {
    Came.kind: Came.read,
    Went.kind: Went.read,
    Held.kind: Held.read,
    Freed.kind: Freed.read,
}
"""Reads all that a station keeps."""

logger = logging.getLogger(__name__)


def read_kept(path: Path, boot_id: str) -> list[Entry]:
    """Return what an earlier run kept, in order; nothing if the machine was restarted since.

    What cannot be read, or not be understood, is told of in the log, and left out with all that
    stands behind it.

    Args:
        path: The journal.
        boot_id: This run of the operating system; empty if unknown.
    """
    try:
        found = read_file(path, lambda text: from_json(text, READERS))
    except SharingError as error:
        logger.warning("The station begins anew: %s", error)
        return []
    return found.kept if found.boot_id == boot_id else []


def restore(entries: Iterable[Entry], directory: Directory, sessions: SessionManager) -> None:
    """Take over registrations, and the reservations of those who are still there.

    Whether a service is still there is found out when somebody asks for it.

    Args:
        entries: What was kept.
        directory: Takes registrations.
        sessions: Takes reservations.
    """
    entries = list(entries)
    for entry in entries:
        if isinstance(entry, Came):
            directory.put(entry.registration)
        elif isinstance(entry, Went):
            for registration_id in entry.registration_ids:
                directory.unregister(registration_id)
    find = lru_cache(maxsize=None)(running_process)  # a program may have many reservations
    for held in still_held(entries):
        reservation = held.reservation(find)
        if reservation is not None:
            sessions.restore(reservation)
