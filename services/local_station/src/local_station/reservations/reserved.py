"""What is reserved, and what is known of who has it.

What is reserved the station tells. NI's interface has no process; the station notes it in its
journal, for its own next run, so it is read there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from local_station.home import journal_of
from local_station.keeping import Entry, from_json
from local_station.reservations.management import Management
from local_station.restoring import READERS
from local_station.session_management.holders import (
    Address,
    address_of,
    connections_to,
    running_process,
)
from local_station.session_management.kept import Find, Held, still_held
from local_station.session_management.model import Caller
from local_station.session_management.wire import messages, session_from_wire
from session_sharing.errors import UnavailableError
from session_sharing.identity import this_client
from session_sharing.journals.content import read_entries


@dataclass(frozen=True)
class Reserved:
    """A session that is reserved.

    Attributes:
        session: Its name.
        resource: What a driver opens.
        type_id: The type of the instrument.
        user: Whose it is; empty if unknown.
        host: The computer, as the client said; empty if it did not.
        program: The program; empty if unknown.
        process_id: Its process; 0 if unknown.
        since: When it was reserved; None if unknown.
        running: Whether that process runs; None if unknown.
        connected: Whether the connection is there by which it was reserved; None if unknown.
    """

    session: str
    resource: str
    type_id: str
    user: str
    host: str
    program: str = ""
    process_id: int = 0
    since: datetime | None = None
    running: bool | None = None
    connected: bool | None = None

    @property
    def state(self) -> str:
        """What is known of the process, for people."""
        if self.running is None:
            return "its process is not known"
        if not self.running:
            return "ended"
        return "running" if self.connected else "running, but its connection is gone"


def all_reserved(management: Management) -> list[Reserved]:
    """Return what is reserved now, by name, in a blocking way.

    Raises:
        UnavailableError: The station does not answer, or its journal cannot be read.
    """
    reserved = management.reserved()
    # Read later than it was asked: what was freed meanwhile just lacks its process.
    noted = _noted(management.key_file) if reserved else {}
    connected = connections_to(management.port) if noted else set()
    find = lru_cache(maxsize=None)(running_process)  # a program may have many sessions
    found = [_told(one, noted.get(one.session.name), connected, find) for one in reserved]
    return sorted(found, key=lambda one: one.session)


def _told(
    message: messages.SessionInformation, held: Held | None, connected: set[Address], find: Find
) -> Reserved:
    session = session_from_wire(message)
    caller = Caller("", session.annotations)
    told = (session.name, session.resource_name, session.type_id)
    if held is None:
        return Reserved(*told, caller.user, caller.host)
    process = find(held.process_id, held.started)
    return Reserved(
        *told,
        user=(process.user if process else "") or caller.user,
        host=caller.host,
        program=process.program if process else "",
        process_id=held.process_id,
        since=held.since,
        running=process is not None,
        connected=address_of(held.caller.peer) in connected,
    )


def _noted(key_file: Path | None) -> dict[str, Held]:
    """Return what the station has noted of reservations, by the names of their sessions."""
    if key_file is None:  # The station was named outright: where its journal is, nobody knows.
        return {}
    return {
        session.name: held for held in still_held(_entries(key_file)) for session in held.sessions
    }


def _entries(key_file: Path) -> list[Entry]:
    path = journal_of(key_file)
    if not path.is_file():  # NI's discovery has none.
        return []
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"The journal {path} cannot be read ({error.strerror}).") from error
    # A line that is being written just now is left out, as damage is.
    found = read_entries(content, lambda text: from_json(text, READERS))
    return found.kept if found.boot_id == this_client().boot_id else []
