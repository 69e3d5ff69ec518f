"""What is kept over a restart, as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from session_sharing.behavior import Behavior
from session_sharing.core import Outcome
from session_sharing.core.kept import (
    AttachmentFreed,
    EndedEntry,
    Kept,
    KeptAttachment,
    KeptContext,
    KeptSession,
    SessionGone,
)
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)

_KIND = "kind"
_KINDS: dict[str, type[Kept]] = {
    "session": KeptSession,
    "attachment": KeptAttachment,
    "context": KeptContext,
    "ended": EndedEntry,
    "freed": AttachmentFreed,
    "gone": SessionGone,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def kept_to_json(entries: Sequence[Kept]) -> str:
    """Write entries as one line of JSON, in ASCII."""
    tagged = [{_KIND: _NAMES[type(entry)], **vars(entry)} for entry in entries]
    return json.dumps(tagged, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    """Return a value that is none of JSON's as one that is."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return vars(value)


def kept_from_json(text: str) -> list[Kept]:
    """Read what `kept_to_json` wrote.

    Raises:
        ValueError: It is something else, or of a version that knows other entries.
    """
    try:
        return [_entry(fields) for fields in json.loads(text)]
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an entry of this version: {error!r}") from error


def _entry(fields: dict[str, Any]) -> Kept:
    kind = _KINDS[fields.pop(_KIND)]
    if kind is KeptSession:
        _complete(fields)
    return kind(**_converted(fields))


def _complete(session: dict[str, Any]) -> None:
    """Say of a session of before certificates counted there to whom it is open."""
    closed = session.pop("anonymous_closed", None)
    if closed is not None:
        creator = session["creator"] or {}
        session["open_to"] = [] if closed else [creator.get("subject", "")]


def _converted(fields: dict[str, Any]) -> dict[str, Any]:
    """Give the values of fields back the types that JSON does not have."""
    return {
        name: _CONVERSIONS[name](value) if name in _CONVERSIONS and value is not None else value
        for name, value in fields.items()
    }


def _identity(fields: dict[str, Any]) -> ClientIdentity:
    return ClientIdentity(**_converted(fields))


def _session(fields: dict[str, Any]) -> SessionInformation:
    return SessionInformation(**_converted(fields))


def _attachments(held: list[dict[str, Any]]) -> tuple[AttachmentInformation, ...]:
    return tuple(_attachment(**fields) for fields in held)


def _attachment(behavior: int, **fields: Any) -> AttachmentInformation:  # noqa: ANN401
    """Take the behaviour as it is: here it is a plain number."""
    return AttachmentInformation(behavior=behavior, **_converted(fields))


_CONVERSIONS: dict[str, Callable[[Any], object]] = {
    "attachments": _attachments,
    "behavior": Behavior,
    "closed_at": datetime.fromisoformat,
    "created_at": datetime.fromisoformat,
    "created_by": _identity,
    "creator": _identity,
    "holder": _identity,
    "identity": _identity,
    "last_used_at": datetime.fromisoformat,
    "open_to": tuple,
    "outcome": Outcome,
    "process_started": datetime.fromisoformat,
    "session": _session,
    "settings": lambda pairs: tuple(map(tuple, pairs)),
    "since": datetime.fromisoformat,
    "state": SessionState,
    "took_over": _session,
}
"""By the names of fields, which mean the same in every class."""
