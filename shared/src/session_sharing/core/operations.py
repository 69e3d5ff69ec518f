"""Operations on open sessions: whose are accepted, and what they change."""

from __future__ import annotations

from session_sharing.core import refusals
from session_sharing.core.effects import EventKind
from session_sharing.core.kept import KeptContext
from session_sharing.core.state import Session
from session_sharing.core.table import Step, Table
from session_sharing.information import SessionState


def accept(
    table: Table, session_name: str, attachment_id: str, *, anonymous: bool, subject: str
) -> Session:
    """Return the session that an operation may use.

    Args:
        table: All sessions.
        session_name: The session to use.
        attachment_id: By which attachment.
        anonymous: The operation comes from a client without identity, which has no attachment.
        subject: The subject of the certificate that the call came with; empty without one.

    Raises:
        SessionNotFoundError: The session is not open.
        AttachmentEndedError: The attachment does not hold the session, or no longer.
        OtherCertificateError: The attachment was made, or the session initialized, with another
            certificate.
    """
    if anonymous:
        session = table.open_session(session_name)
        check_open_to(session, subject)
        return session
    ended = table.memory.ended.get(attachment_id)
    if ended is not None and ended.outcome is None:
        raise refusals.attachment_ended(ended)
    session = table.open_session(session_name)
    held = session.attachments.get(attachment_id)
    if held is None:
        raise refusals.attachment_ended(ended) if ended else refusals.attachment_unknown()
    held.client.check_subject(subject)
    return session


def check_open_to(session: Session, subject: str) -> None:
    """Refuse a client without identity whose certificate may not use the session.

    Raises:
        SessionNotFoundError: All clients without identity have closed it.
        OtherCertificateError: It is open to those with other certificates.
    """
    if not session.open_to:
        raise refusals.no_such_session(session.information())
    if subject not in session.open_to:
        raise refusals.not_initialized_with(subject)


def stored(table: Table, attachment_id: str, record_number: int) -> None:
    """Records up to this number are stored for an attachment."""
    held = table.attached.get(attachment_id)
    if held is not None:
        held[1].last_record_number = max(held[1].last_record_number, record_number)


def set_context(step: Step, session_name: str, site: int | None, text: str) -> None:
    """Set what records of an open session inherit, and keep it if it is another one now."""
    session = step.table.by_name.get(session_name)
    if session and session.state is SessionState.OPEN and session.set_context(site, text):
        step.keep(KeptContext(session_name, site, text))


def set_broken(step: Step, session_name: str, broken: str, kind: EventKind) -> None:
    """Note why the resource of an open session cannot be used, or that it can, if it is news."""
    session = step.table.by_name.get(session_name)
    if session and session.state is SessionState.OPEN and session.broken != broken:
        session.broken = broken
        step.tell(kind, session, text=broken)
