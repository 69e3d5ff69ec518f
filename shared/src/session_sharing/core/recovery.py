"""How the registry comes back after a restart of the service: from what was kept, and to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from session_sharing import errors
from session_sharing.core.effects import EventKind, ReopenResource
from session_sharing.core.kept import (
    Kept,
    KeptAttachment,
    KeptContext,
    KeptSession,
    Remains,
    SessionGone,
)
from session_sharing.core.memory import REMEMBERED_ATTACHMENTS
from session_sharing.core.requests import InitializeRequest
from session_sharing.core.state import Attachment, Client, Session
from session_sharing.core.table import Step, Table
from session_sharing.errors import InternalError, SharingError
from session_sharing.information import SessionState

KEPT_CLOSED_SESSIONS = 100
"""How many of the closed sessions that are remembered a snapshot has."""


def snapshot(table: Table) -> Iterator[Kept]:
    """Yield the entries from which everything comes back: the past first, then what is live."""
    memory = table.memory
    for name, told in memory.closed_by_name.newest(KEPT_CLOSED_SESSIONS):
        yield SessionGone(name, told, *_error_texts(memory.close_errors.get(name)))
    for _, ended in memory.ended.newest(REMEMBERED_ATTACHMENTS):
        yield ended
    for session in table.by_name.values():
        if session.state is SessionState.CLOSING:
            yield session.gone()
        elif session.state is SessionState.OPEN:
            yield session.kept()
            for site, text in session.contexts.items():
                yield KeptContext(session.name, site, text)
            for held in session.attachments.values():
                yield held.kept(session.name)


def restore(step: Step, entries: Iterable[Kept]) -> None:
    """Fill an empty table with what was kept; every session is to be opened again."""
    remains = Remains.of(entries)
    memory = step.table.memory
    for gone in remains.gone.values():
        memory.remember_closed(gone.name, gone.session, _close_error(gone))
    for ended in remains.ended.values():
        memory.ended.put(ended.attachment_id, ended)
    for kept in remains.sessions.values():
        step.table.place(_session(kept, step.now))
    for context in remains.contexts.values():
        if context.text:
            step.table.by_name[context.session_name].contexts[context.site] = context.text
    for held in remains.attachments.values():
        _attach(step.table, held)
    for session in step.table.by_name.values():
        step.effects.append(ReopenResource(session.name, session.key, session.opener.address))
        step.tell(EventKind.RECOVERED, session)


def _session(kept: KeptSession, now: datetime) -> Session:
    opener = InitializeRequest(
        key=kept.key,
        resource_name=kept.resource_name,
        behavior=kept.behavior,
        alias=kept.alias,
        client_id=kept.client_id,
        attachment_id=kept.attachment_id,
        address=kept.address,
        settings=kept.settings,
        subject=kept.creator.subject if kept.creator else "",
    )
    return Session(
        name=kept.name,
        public_id=kept.public_id,
        opener=opener,
        creator=kept.creator,
        created_at=kept.created_at,
        last_used_at=kept.last_used_at,
        state=SessionState.OPEN,
        close_asked_by=kept.close_asked_by,
        open_to=set(kept.open_to),
        asked_politely=kept.asked_politely,
        restored_at=now,
    )


def _attach(table: Table, kept: KeptAttachment) -> None:
    """Give an attachment back to its client, who has yet to come back itself."""
    session = table.by_name[kept.session_name]
    fresh = Client(kept.client_id, kept.identity, connected=False, restored=True)
    client = table.clients.setdefault(kept.client_id, fresh)
    request = InitializeRequest(
        key=session.key,
        resource_name=session.opener.resource_name,
        behavior=kept.behavior,
        alias=kept.alias,
        client_id=kept.client_id,
        attachment_id=kept.attachment_id,
        address=session.opener.address,
    )
    held = Attachment(kept.attachment_id, client, request, kept.since, kept.created, kept.took_over)
    session.attachments[held.attachment_id] = held
    session.last_used_at = max(session.last_used_at, held.since)
    client.attachment_ids.add(held.attachment_id)
    table.attached[held.attachment_id] = (session, held)


def _error_texts(error: SharingError | None) -> tuple[str, str]:
    return (type(error).__name__, error.message) if error else ("", "")


def _close_error(gone: SessionGone) -> SharingError | None:
    """Return the error with which closing failed, as those who ask again are told of it."""
    if not gone.error_class:
        return None
    kind = vars(errors).get(gone.error_class)
    if not (isinstance(kind, type) and issubclass(kind, SharingError)):
        kind = InternalError  # Of a version that had more classes.
    return kind(gone.error_text, resource_name=gone.session.resource_name)
