"""Who holds a folder, as the lock file in it tells; nothing here locks or writes."""

from __future__ import annotations

import json
from pathlib import Path

from session_sharing.discovery.ni_software import read_shared
from session_sharing.information import ClientIdentity


def holder_in(lock_file: Path) -> ClientIdentity | None:
    """Return the process that a lock file names, dead or alive; None if it names none.

    May block on the file system.
    """
    try:
        told = json.loads(read_shared(lock_file))
        program, host = str(told.get("program", "")), str(told.get("host", ""))
        return ClientIdentity(program, host, int(told["process_id"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def process_in(lock_file: Path) -> str:
    """Return the process that a lock file names, as `process 7`; empty if it names none."""
    holder = holder_in(lock_file)
    return f"process {holder.process_id}" if holder else ""
