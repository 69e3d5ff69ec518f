"""Calls whose callers went away before they were answered."""

from __future__ import annotations

from session_sharing.behavior import asks_to_close
from session_sharing.core.answers import Ticket
from session_sharing.core.departures import detach
from session_sharing.core.effects import EventKind
from session_sharing.core.kept import AttachmentFreed
from session_sharing.core.requests import InitializeRequest
from session_sharing.core.table import Step


def abandon(step: Step, ticket: Ticket, request: InitializeRequest) -> None:
    """Take back a call whose caller went away without its answer.

    An attachment of which no caller ever learned is released as its behaviour says. It is not
    remembered as ended, so that the client may repeat its request.
    """
    held = step.table.attached.get(request.attachment_id)
    if _withdraw(step, ticket, request) or held is None:
        return
    session, attachment = held
    if ticket not in attachment.undelivered:
        return
    attachment.undelivered.remove(ticket)
    if not attachment.undelivered:
        asks = asks_to_close(attachment.request.behavior, created=attachment.created)
        detach(step, session, attachment, asks=asks, kind=EventKind.RELEASED)
        step.keep(AttachmentFreed(attachment.attachment_id))


def _withdraw(step: Step, ticket: Ticket, request: InitializeRequest) -> bool:
    """Take a call out of the queue in which it waits; return whether it did wait."""
    session = step.table.by_key.get(request.key)
    for waiter in session.waiters if session else []:
        if ticket in waiter.tickets:
            waiter.tickets.remove(ticket)
            if not waiter.tickets and session:
                session.waiters.remove(waiter)
                step.forget(waiter)
            return True
    return False
