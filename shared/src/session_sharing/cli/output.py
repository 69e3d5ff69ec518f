"""Output for people, and for programs."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from session_sharing.behavior import Behavior
from session_sharing.cli.services import FoundService
from session_sharing.information import (
    AttachmentInformation,
    Backlog,
    ClientIdentity,
    SessionInformation,
)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: with colours on a terminal where `rich` is installed, plain otherwise."""
    if sys.stdout.isatty() and importlib.util.find_spec("rich") is not None:
        _print_rich(columns, rows)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - the extra `cli`
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*columns, header_style="bold cyan")
    for row in rows:
        table.add_row(*map(Text, row))  # Text: nothing in a name is taken for markup.
    Console().print(table)


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print a value as JSON, in ASCII: a pipe may have any encoding, above all on Windows."""
    print(json.dumps(value, indent=indent), flush=True)


def counted(number: int, thing: str) -> str:
    """Say how many things there are."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def print_error(error: object) -> None:
    """Tell of a failure on standard error, in one line."""
    print(f"session_sharing: {' '.join(str(error).split())}", file=sys.stderr)


def print_errors(errors: Sequence[object]) -> int:
    """Tell of failures, and return the exit code that they mean: 1, or 0 without any."""
    for error in errors:
        print_error(error)
    return 1 if errors else 0


def escape_what_streams_cannot_take() -> None:
    """Let standard output and error write in escapes the characters that their encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def session_fields(service: FoundService, session: SessionInformation) -> dict[str, Any]:
    """Return a session as programs are told of it."""
    return {
        "service": service.name,
        "address": service.address,
        "resource": session.resource_name,
        "session": session.public_id,
        "state": session.state.value,
        "close_pending": session.close_pending,
        "closed_by": session.closed_by,
        "broken": session.broken,
        "orphan": session.orphan,
        "created_by": client_fields(session.created_by),
        "since": moment(session.created_at),
        "last_used": moment(session.last_used_at),
        "key": session.resource_key,
        "attachments": [attachment_fields(held) for held in session.attachments],
        "backlog": backlog_fields(session.backlog),
    }


def backlog_fields(backlog: Backlog | None) -> dict[str, Any] | None:
    """Return what waits for a resource as programs are told of it; None if nothing ever does."""
    if backlog is None:
        return None
    since = backlog.waiting_since
    return {
        "waiting_records": backlog.waiting_records,
        "waiting_bytes": backlog.waiting_bytes,
        "waiting_since": moment(since) if since else None,
        "limit_bytes": backlog.limit_bytes,
        "refused_records": backlog.refused_records,
        "reason": backlog.reason,
    }


def attachment_fields(held: AttachmentInformation) -> dict[str, Any]:
    """Return an attachment as programs are told of it."""
    return {
        "attachment": held.public_id,
        "behavior": Behavior(held.behavior).name,
        "alias": held.alias,
        "holder": client_fields(held.holder),
        "since": moment(held.since),
        "created_session": held.created_session,
        "last_record_number": held.last_record_number,
        "lost": held.lost,
    }


def client_fields(client: ClientIdentity | None) -> dict[str, Any] | None:
    """Return a client as programs are told of it; None for one without identity or certificate."""
    if client is None:
        return None
    return {
        "program": client.program,
        "host": client.host,
        "process_id": client.process_id,
        "process_started": moment(client.process_started) if client.process_started else None,
        "user": client.user,
        "subject": client.subject,
    }


def moment(time: datetime) -> str:
    """Write a moment for programs."""
    return time.isoformat(timespec="microseconds")
