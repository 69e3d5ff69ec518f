"""How sessions are let go: releases, pending closes, expiry, closing by force."""

from __future__ import annotations

from datetime import datetime

from session_sharing.behavior import asks_to_close
from session_sharing.core import refusals
from session_sharing.core.answers import Outcome, Released, Ticket
from session_sharing.core.effects import CloseResource, EventKind
from session_sharing.core.kept import EndedEntry
from session_sharing.core.operations import check_open_to
from session_sharing.core.requests import ReleaseMode, ReleaseRequest
from session_sharing.core.state import Attachment, Client, Session
from session_sharing.core.table import Step
from session_sharing.errors import SharingError
from session_sharing.information import SessionState, clock, without_identity


def release(step: Step, ticket: Ticket, request: ReleaseRequest) -> None:
    """Take in a Release call; it is answered in this step, or when the session is closed."""
    held = step.table.attached.get(request.attachment_id)
    try:
        if not request.client_id or not request.attachment_id:
            raise refusals.identifiers_missing()
        client = step.table.clients.get(request.client_id)
        if client is not None:
            client.check_subject(request.subject)
        if held is None:
            _release_again(step, ticket, request)
        elif held[1].client.client_id != request.client_id:
            raise refusals.attachment_reused()
        else:
            _release_held(step, ticket, request.mode, *held)
    except SharingError as error:
        step.answer(ticket, error)


def _release_held(
    step: Step, ticket: Ticket, mode: ReleaseMode, session: Session, attachment: Attachment
) -> None:
    asks = mode is ReleaseMode.ASK_TO_CLOSE or (
        mode is ReleaseMode.BY_BEHAVIOR
        and asks_to_close(attachment.request.behavior, created=attachment.created)
    )
    why = f"The attachment was released at {clock(step.now)}."
    detach(step, session, attachment, asks=asks, kind=EventKind.RELEASED)
    released = _outcome(session)
    step.end(EndedEntry(attachment.attachment_id, session.name, why, released.outcome))
    _answer_release(step, ticket, session, released)


def _outcome(session: Session) -> Released:
    if session.state is SessionState.CLOSING:
        return Released(Outcome.CLOSED)
    if session.close_asked_by:
        return Released(Outcome.CLOSE_PENDING, session.information())
    return Released(Outcome.LEFT_OPEN, session.information())


def _answer_release(step: Step, ticket: Ticket, session: Session, released: Released) -> None:
    """Answer now; but a release that closes the session is answered when it is closed."""
    if released.outcome is Outcome.CLOSED:
        session.closers.append(ticket)
    else:
        step.answer(ticket, released)


def _release_again(step: Step, ticket: Ticket, request: ReleaseRequest) -> None:
    """Release what is not held: repeat the answer, or see to it that it never will be held."""
    ended = step.table.memory.ended.get(request.attachment_id)
    if ended is None:
        _forbid(step, request)
    name = (ended.session_name if ended else "") or request.session_name
    session = step.table.by_name.get(name)
    if not name or (ended is not None and ended.outcome is Outcome.LEFT_OPEN):
        now = session.information() if session else None
        step.answer(ticket, Released(Outcome.LEFT_OPEN, now))
    elif session is not None:
        _answer_release(step, ticket, session, _outcome(session))
    elif (ended and ended.session_name) or step.table.memory.closed_by_name.get(name):
        step.answer(ticket, step.table.memory.close_errors.get(name) or Released(Outcome.CLOSED))
    else:
        raise refusals.no_such_session(None)


def _forbid(step: Step, request: ReleaseRequest) -> None:
    """End an attachment that still waits, or that comes later than its release."""
    waiter = step.table.waiting.get(request.attachment_id)
    why = f"The attachment was given up at {clock(step.now)}."
    ended = EndedEntry(request.attachment_id, "", why)
    if waiter is not None:
        if waiter.request.client_id != request.client_id:
            raise refusals.attachment_reused()
        step.table.by_key[waiter.request.key].waiters.remove(waiter)
        step.refuse(waiter, refusals.attachment_ended(ended))
    step.end(ended)


def detach(
    step: Step,
    session: Session,
    attachment: Attachment,
    *,
    asks: bool,
    kind: EventKind,
    text: str = "",
) -> None:
    """Take an attachment off its session, and close the session if that was the last obstacle."""
    del session.attachments[attachment.attachment_id]
    del step.table.attached[attachment.attachment_id]
    attachment.client.attachment_ids.discard(attachment.attachment_id)
    session.last_used_at = step.now
    first_to_ask = asks and not session.close_asked_by
    if first_to_ask:
        session.close_asked_by = str(attachment.client.identity)
    if asks:
        session.asked_politely = False
    step.tell(kind, session, attachment, text)
    if first_to_ask and session.attachments:
        step.tell(EventKind.CLOSE_PENDING, session, attachment)
    if asks or not session.attachments:
        step.keep(session.kept())
    close_if_unheld(step, session)


def expire(step: Step, client: Client) -> None:
    """A client is gone for good: release what it holds, take back what it waits for."""
    for attachment_id in sorted(client.waiting_ids):
        waiter = step.table.waiting[attachment_id]
        step.table.by_key[waiter.request.key].waiters.remove(waiter)
        step.refuse(waiter, refusals.client_unknown())
    for attachment_id in sorted(client.attachment_ids):
        session, attachment = step.table.attached[attachment_id]
        why = _why_taken_away(client, step.now)
        asks = asks_to_close(attachment.request.behavior, created=attachment.created)
        detach(step, session, attachment, asks=asks, kind=EventKind.EXPIRED, text=why)
        step.end(EndedEntry(attachment_id, session.name, why))
    step.table.clients.pop(client.client_id, None)


def _why_taken_away(client: Client, now: datetime) -> str:
    reason = (
        "did not come back after the service was started again"
        if client.restored
        else "was not heard of for longer than the grace time"
    )
    return (
        f"The attachment of {client.identity} was taken away at {clock(now)}, "
        f"as its client {reason}."
    )


def close_anonymously(step: Step, ticket: Ticket, session_name: str, subject: str) -> None:
    """A client without identity asks to close; it is answered at once when others remain.

    These are attachments, and a client without identity that opened it with another certificate.
    """
    try:
        session = step.table.open_session(session_name)
        check_open_to(session, subject)
    except SharingError as error:
        step.answer(ticket, error)
        return
    session.open_to.discard(subject)
    by = str(without_identity(subject))
    step.tell(EventKind.RELEASED, session, text=by)
    mark_for_closing(step, session, by, politely=session.opened_anonymously)
    _answer_release(step, ticket, session, _outcome(session))


def request_close(step: Step, ticket: Ticket, session: Session, by: str) -> None:
    """Ask to close for an operator; answered at once while others use it, else when closed."""
    if session.state is SessionState.OPEN:
        mark_for_closing(step, session, by, politely=True)
    _answer_release(step, ticket, session, _outcome(session))


def mark_for_closing(step: Step, session: Session, by: str, *, politely: bool = False) -> None:
    """Ask to close for somebody who has no attachment."""
    first_to_ask = not session.close_asked_by
    session.close_asked_by = session.close_asked_by or by
    session.asked_politely = politely and (first_to_ask or session.asked_politely)
    step.keep(session.kept())
    if first_to_ask and not session.may_close:
        step.tell(EventKind.CLOSE_PENDING, session, text=by)
    close_if_unheld(step, session)


def close_detached(step: Step, before: datetime) -> None:
    """Close the open sessions that nobody holds, or may still use, or used since this moment."""
    for session in step.table.by_name.values():
        detached = session.state is SessionState.OPEN and not session.attachments
        in_use = session.operations or session.opened_anonymously
        if detached and not in_use and session.unused_since < before:
            since = clock(session.unused_since)
            begin_close(step, session, f"the service, as nobody held or used it since {since}")


def force_close(step: Step, ticket: Ticket, session: Session, by: str) -> None:
    """Close a session under its holders; answered when it is closed."""
    why = f"The session was closed at {clock(step.now)} by {by}."
    if session.state is SessionState.OPEN:
        session.close_asked_by = by
        session.asked_politely = False
        for attachment in list(session.attachments.values()):
            detach(step, session, attachment, asks=True, kind=EventKind.RELEASED, text=why)
            step.end(EndedEntry(attachment.attachment_id, session.name, why, Outcome.CLOSED))
        close_if_unheld(step, session)
    session.closers.append(ticket)


def close_if_unheld(step: Step, session: Session) -> None:
    """Close a session that was asked to close, and of which nobody is waited for any more."""
    if session.may_close:
        begin_close(step, session, session.close_asked_by)


def begin_close(step: Step, session: Session, by: str) -> None:
    """Refuse new operations; the handle is closed when the accepted ones have ended."""
    session.state = SessionState.CLOSING
    session.close_asked_by = by
    session.closed_at = step.now
    step.keep(session.gone())
    step.tell(EventKind.CLOSING, session)
    if session.operations == 0:
        step.effects.append(CloseResource(session.name))


def end_operation(step: Step, session: Session) -> None:
    """An accepted operation has ended."""
    session.operations -= 1
    if session.state is SessionState.CLOSING and session.operations == 0:
        step.effects.append(CloseResource(session.name))


def closed(step: Step, session: Session, error: SharingError | None) -> None:
    """The handle is closed, or its closing failed: either way the resource is free."""
    step.table.remove_session(session)
    session.state = SessionState.CLOSED
    step.table.memory.remember_closed(session.name, session.information(), error)
    if error is not None:
        step.keep(session.gone(error))
    for ticket in session.closers:
        step.answer(ticket, error or Released(Outcome.CLOSED))
    step.tell(EventKind.CLOSED, session, text=error.message if error else "")
