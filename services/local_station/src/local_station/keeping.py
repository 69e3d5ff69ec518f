"""What a station has to know again after a restart: entries of a journal, one for each change.

It survives the end of the process, however it ends. A power cut it need not survive: whatever it
tells of ends with the machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from session_sharing.service.entry_journal import EntryJournal, Form
from session_sharing.service.journal_file import JournalFile


class Entry(Protocol):
    """A change, or a part of all that there is."""

    @property
    def kind(self) -> str:
        """What kind of change it is."""

    def value(self) -> object:
        """Return what it says, as JSON, times and dataclasses; called in another thread."""


Readers = Mapping[str, Callable[..., Entry]]
"""Makes entries of their values, by kind; raises what such values raise that it does not know."""


def begin_journal(path: Path, boot_id: str) -> EntryJournal[Entry]:
    """Return a journal that is written anew, without waiting for the disk.

    Raises:
        ResourceExhaustedError: No thread can be started.
    """
    return EntryJournal(path, boot_id, _FORM, JournalFile(path, sync=False))


def to_json(entries: Sequence[Entry]) -> str:
    """Write entries as one line of JSON, in ASCII."""
    tagged = [{entry.kind: entry.value()} for entry in entries]
    return json.dumps(tagged, separators=(",", ":"), default=_plain)


def from_json(text: str, readers: Readers) -> list[Entry]:
    """Read what `to_json` wrote.

    Raises:
        ValueError: It is something else, or another version of the station has written it.
    """
    try:
        return [
            readers[kind](value) for tagged in json.loads(text) for kind, value in tagged.items()
        ]
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an entry of this version: {error!r}") from error


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever JSON does not know
    """Return a value that is none of JSON's as one that is: a time, or the fields of an object."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {each.name: getattr(value, each.name) for each in fields(value)}


_FORM: Form[Entry] = Form(
    to_json,
    waiting="Services that register, and programs that free a session, wait some seconds for it.",
    lost="services and reservations that it lacks are forgotten when the station is restarted.",
    wrong="The station serves on, but after a restart the services and reservations that came or "
    "went since then would be wrong.",
)
