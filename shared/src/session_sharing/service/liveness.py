"""Whether a client is known to be dead, as far as the operating system tells of processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

import psutil

from session_sharing.identity import started_after_boot, this_client
from session_sharing.information import ClientIdentity

TOLERANCE_SECONDS = 2.0
"""By how much two tellings of one start may differ: the time of the boot, of which Linux reckons,
is told in whole seconds, and not always the same one."""


@dataclass(frozen=True)
class Sighting:
    """What the operating system tells of a process id.

    Attributes:
        runs: Whether a process of this id runs; one that ended and was not waited for does not.
        started: When it was started, in seconds since 1970; None if that is not told.
        after_boot: How long after the boot it was started, in seconds; 0 if that is not told.
    """

    runs: bool
    started: float | None = None
    after_boot: float = 0.0


def is_known_dead(
    client: ClientIdentity,
    here: ClientIdentity | None = None,
    look: Callable[[int], Sighting] | None = None,
) -> bool:
    """Return whether a client surely runs no more. What is unknown is never taken for dead.

    Args:
        client: The client, as it described itself.
        here: This process, which says where and in which run of the system the question is asked.
        look: Looks at a process of this machine; it may block.
    """
    here = here or this_client()
    if not client.host or client.host != here.host:
        return False
    if client.boot_id and here.boot_id and client.boot_id != here.boot_id:
        return True
    if client.process_id <= 0:
        return False
    seen = (look or look_at)(client.process_id)
    return not seen.runs or _is_another(seen, client)


def _is_another(seen: Sighting, client: ClientIdentity) -> bool:
    """Return whether a process is another one than the client; the clock is asked only if need be.

    A clock that was set in between would make them two where they are one.
    """
    if seen.after_boot and client.started_after_boot and client.boot_id:
        return seen.after_boot > client.started_after_boot
    return _is_later(seen.started, client.process_started)


def _is_later(started: float | None, told: datetime | None) -> bool:
    """Return whether a process is another one, which got the id when the client had ended.

    It has started later then, never earlier; a client may tell a start that is too late, though.
    """
    if started is None or told is None:
        return False
    if told.tzinfo is None:
        told = told.replace(tzinfo=timezone.utc)
    return started > told.timestamp() + TOLERANCE_SECONDS


def look_at(process_id: int) -> Sighting:
    """Look at a process of this machine."""
    try:
        process = psutil.Process(process_id)
        if process.status() == psutil.STATUS_ZOMBIE:
            return Sighting(runs=False)
        after_boot = started_after_boot(process_id)
        return Sighting(runs=True, started=process.create_time(), after_boot=after_boot)
    except psutil.NoSuchProcess:  # Also a zombie, where that is an error of its own.
        return Sighting(runs=False)
    except (psutil.Error, OSError, ValueError, OverflowError):  # Another user's, or out of range.
        return Sighting(runs=True)
