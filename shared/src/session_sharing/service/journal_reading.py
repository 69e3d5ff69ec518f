"""Reading the journal of the last run: as much of it as is good, without what a reboot ended."""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from session_sharing.core.kept import Kept, Remains, gone
from session_sharing.errors import PreconditionError
from session_sharing.identity import this_client
from session_sharing.information import ClientIdentity
from session_sharing.journals.content import Content, read_entries
from session_sharing.journals.entries import kept_from_json
from session_sharing.service.driver import explain
from session_sharing.utc import utc_now

_REBOOT = "the restart of the machine, which ended everybody who used it"
_log = logging.getLogger(__name__)

E = TypeVar("E")
"""What is noted in a journal."""


def read_journal(path: Path, boot_id: str) -> list[Kept]:
    """Return what the last run kept of sessions, in order; nothing if there was none.

    Args:
        path: The file.
        boot_id: This run of the operating system; empty if unknown.

    Raises:
        PreconditionError: Something that is no regular file has its name.
        SharingError: The file cannot be read.
    """
    found = read_file(path, kept_from_json)
    if found.boot_id and boot_id and found.boot_id != boot_id:
        return without_dead(found.kept, this_client())
    return found.kept


def read_file(path: Path, from_json: Callable[[str], list[E]]) -> Content[E]:
    """Return what is in a journal; nothing if there is none.

    A journal that is damaged gives what stands before the damage. A copy of it is set aside.

    Args:
        path: The file.
        from_json: Reads the entries of a line; raises a `ValueError` if it does not know them.

    Raises:
        PreconditionError: Something that is no regular file has its name.
        SharingError: The file cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # To read a pipe would hang.
            raise _no_file(path)
        content = path.read_bytes()
    except FileNotFoundError:
        return Content()
    except OSError as error:
        raise explain(error, f"read the journal {path}") from error
    found = read_entries(content, from_json)
    if found.damage:
        _set_aside(path, content, found.damage)
    return found


def _no_file(path: Path) -> PreconditionError:
    return PreconditionError(
        f"{path}, where the service keeps its journal, is no regular file, but a folder, a pipe "
        "or a device. Move it away, and the journal back if you have it; then start "
        "the service again."
    )


def _set_aside(path: Path, content: bytes, damage: str) -> None:
    try:
        where = f"a copy is set aside as {_copy_aside(path, content)}"
    except OSError as error:
        where = f"no copy could be set aside ({error})"
    _log.error(
        "The journal %s is %s. What stands before that is used; what came later may be missing. "
        "For whoever looks into it, %s.",
        path,
        damage,
        where,
    )


def _copy_aside(path: Path, content: bytes) -> str:
    """Write a new file beside the journal, as private as that: session names are secrets."""
    prefix = f"{path.name}.damaged-{utc_now():%Y%m%dT%H%M%S}-"
    descriptor, aside = tempfile.mkstemp(prefix=prefix, dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return aside


def without_dead(kept: Sequence[Kept], here: ClientIdentity) -> list[Kept]:
    """Let the sessions end whose creators and holders all lived on a machine that was restarted.

    Args:
        kept: What was kept before that.
        here: This process, on that machine.

    Returns:
        The entries, with the end of those sessions.
    """
    remains = Remains.of(kept)
    ended = [
        session
        for session in remains.sessions.values()
        if all(
            who is not None and who.host == here.host and who.boot_id != here.boot_id
            for who in (session.creator, *remains.holders(session.name))
        )
    ]
    if ended:
        _log.warning(
            "The machine was restarted: %d sessions of programs that ran on it are not opened "
            "again: %s",
            len(ended),
            ", ".join(sorted(session.resource_name for session in ended)),
        )
    return [*kept, *(gone(session, _REBOOT, utc_now()) for session in ended)]
