"""Sessions, attachments and clients on the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from session_sharing.core import Initialized, Outcome, Released, ReleaseMode
from session_sharing.errors import InvalidRequestError
from session_sharing.information import (
    AttachmentInformation,
    Backlog,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.times import EPOCH, moment_from_wire, moment_to_wire

_STATES = {
    SessionState.OPENING: session_pb2.SESSION_STATE_OPENING,
    SessionState.OPEN: session_pb2.SESSION_STATE_OPEN,
    SessionState.CLOSING: session_pb2.SESSION_STATE_CLOSING,
    SessionState.CLOSED: session_pb2.SESSION_STATE_CLOSED,
}
_OUTCOMES = {
    Outcome.CLOSED: session_pb2.RELEASE_OUTCOME_CLOSED,
    Outcome.CLOSE_PENDING: session_pb2.RELEASE_OUTCOME_CLOSE_PENDING,
    Outcome.LEFT_OPEN: session_pb2.RELEASE_OUTCOME_LEFT_OPEN,
}
_MODES = {
    ReleaseMode.BY_BEHAVIOR: session_pb2.RELEASE_MODE_UNSPECIFIED,
    ReleaseMode.ASK_TO_CLOSE: session_pb2.RELEASE_MODE_ASK_TO_CLOSE,
    ReleaseMode.LEAVE_OPEN: session_pb2.RELEASE_MODE_LEAVE_OPEN,
}
_MAXIMUM_TEXT = 500
_MAXIMUM_HOLDERS = 100


def _optional(message: Message, field: str) -> datetime | None:
    if not message.HasField(field):
        return None
    value: Timestamp = getattr(message, field)
    return moment_from_wire(value)


def text_to_wire(text: str) -> str:
    """Replace what has no encoding: half a surrogate pair, as file names on Linux may hold."""
    return text.encode("utf-8", "replace").decode()


def identity_to_wire(identity: ClientIdentity) -> session_pb2.ClientIdentity:
    """Convert a client's description of itself."""
    return session_pb2.ClientIdentity(
        program=text_to_wire(identity.program),
        host=text_to_wire(identity.host),
        process_id=identity.process_id,
        process_started=moment_to_wire(identity.process_started),
        user=text_to_wire(identity.user),
        boot_id=identity.boot_id,
        started_after_boot=identity.started_after_boot,
        certificate_subject=text_to_wire(identity.subject),
    )


def _shown(text: str) -> str:
    """Make what a client says of itself fit for a terminal: short, on one line, no escapes."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:_MAXIMUM_TEXT])


def identity_from_wire(message: session_pb2.ClientIdentity, *, subject: str = "") -> ClientIdentity:
    """Convert a client's description of itself; what no terminal should show is replaced.

    Args:
        message: The description.
        subject: The subject of its certificate, from whoever can know it: what a client says of
            its own does not count.
    """
    return ClientIdentity(
        program=_shown(message.program) or "an unnamed program",
        host=_shown(message.host),
        process_id=message.process_id,
        process_started=_optional(message, "process_started"),
        user=_shown(message.user),
        boot_id=_shown(message.boot_id),
        started_after_boot=message.started_after_boot,
        subject=subject,
    )


def _told_identity(message: session_pb2.ClientIdentity) -> ClientIdentity:
    """Convert what a service tells of a client: it knows the certificate."""
    return identity_from_wire(message, subject=_shown(message.certificate_subject))


def attachment_to_wire(held: AttachmentInformation) -> session_pb2.AttachmentInformation:
    """Convert what is told of an attachment."""
    return session_pb2.AttachmentInformation(
        public_id=held.public_id,
        initialization_behavior=held.behavior,  # type: ignore[arg-type]  # an open enumeration
        holder=identity_to_wire(held.holder),
        since=moment_to_wire(held.since),
        alias=held.alias,
        created_session=held.created_session,
        last_record_number=held.last_record_number,
        lost=held.lost,
    )


def attachment_from_wire(message: session_pb2.AttachmentInformation) -> AttachmentInformation:
    """Convert what is told of an attachment."""
    return AttachmentInformation(
        public_id=message.public_id,
        behavior=message.initialization_behavior,
        holder=_told_identity(message.holder),
        since=moment_from_wire(message.since),
        alias=message.alias,
        created_session=message.created_session,
        last_record_number=message.last_record_number,
        lost=message.lost,
    )


def backlog_to_wire(backlog: Backlog) -> session_pb2.Backlog:
    """Convert what waits for a resource."""
    return session_pb2.Backlog(
        resource_name=text_to_wire(backlog.resource_name),
        waiting_records=backlog.waiting_records,
        waiting_bytes=backlog.waiting_bytes,
        waiting_since=moment_to_wire(backlog.waiting_since),
        limit_bytes=backlog.limit_bytes,
        refused_records=backlog.refused_records,
        reason=text_to_wire(backlog.reason),
    )


def backlog_from_wire(message: session_pb2.Backlog) -> Backlog:
    """Convert what waits for a resource."""
    return Backlog(
        resource_name=message.resource_name,
        waiting_records=message.waiting_records,
        waiting_bytes=message.waiting_bytes,
        waiting_since=_optional(message, "waiting_since"),
        limit_bytes=message.limit_bytes,
        refused_records=message.refused_records,
        reason=message.reason,
    )


def session_to_wire(session: SessionInformation | None) -> session_pb2.SessionInformation | None:
    """Convert what is told of a session; None stays None."""
    if session is None:
        return None
    return session_pb2.SessionInformation(
        public_id=session.public_id,
        resource_name=text_to_wire(session.resource_name),
        resource_key=text_to_wire(session.resource_key),
        state=_STATES[session.state],
        close_pending=session.close_pending,
        created_by=identity_to_wire(session.created_by) if session.created_by else None,
        created_at=moment_to_wire(session.created_at),
        last_used_at=moment_to_wire(session.last_used_at),
        attachments=[attachment_to_wire(held) for held in session.attachments],
        closed_by=session.closed_by,
        closed_at=moment_to_wire(session.closed_at),
        broken=text_to_wire(session.broken),
        orphan=session.orphan,
        backlog=backlog_to_wire(session.backlog) if session.backlog else None,
    )


def session_from_wire(message: session_pb2.SessionInformation) -> SessionInformation:
    """Convert what is told of a session."""
    states = {number: state for state, number in _STATES.items()}
    known_creator = message.HasField("created_by")
    return SessionInformation(
        public_id=message.public_id,
        resource_name=message.resource_name,
        resource_key=message.resource_key,
        state=states.get(message.state, SessionState.OPEN),
        close_pending=message.close_pending,
        created_by=_told_identity(message.created_by) if known_creator else None,
        created_at=_optional(message, "created_at") or EPOCH,
        last_used_at=_optional(message, "last_used_at") or EPOCH,
        attachments=tuple(attachment_from_wire(held) for held in message.attachments),
        closed_by=message.closed_by,
        closed_at=_optional(message, "closed_at"),
        broken=message.broken,
        orphan=message.orphan,
        backlog=backlog_from_wire(message.backlog) if message.HasField("backlog") else None,
    )


def initialized_to_wire(initialized: Initialized) -> session_pb2.InitializeResponse:
    """Convert the answer to Initialize."""
    return session_pb2.InitializeResponse(
        session_name=initialized.session_name,
        new_session=initialized.new_session,
        public_id=initialized.public_id,
        last_record_number=initialized.last_record_number,
        took_over=session_to_wire(initialized.took_over),
    )


def released_to_wire(released: Released) -> session_pb2.ReleaseResponse:
    """Convert the answer to Release; it tells of no more holders than people can read."""
    session = released.session
    if session is not None:
        session = replace(session, attachments=session.attachments[:_MAXIMUM_HOLDERS])
    return session_pb2.ReleaseResponse(
        outcome=_OUTCOMES[released.outcome], session=session_to_wire(session)
    )


def released_from_wire(message: session_pb2.ReleaseResponse) -> Released:
    """Convert the answer to Release."""
    outcomes = {number: outcome for outcome, number in _OUTCOMES.items()}
    session = session_from_wire(message.session) if message.HasField("session") else None
    return Released(outcomes.get(message.outcome, Outcome.LEFT_OPEN), session)


def mode_to_wire(mode: ReleaseMode) -> session_pb2.ReleaseMode.ValueType:
    """Convert a release mode."""
    return _MODES[mode]


def mode_from_wire(number: int) -> ReleaseMode:
    """Convert a release mode.

    Raises:
        InvalidRequestError: There is no such mode.
    """
    for mode, known in _MODES.items():
        if known == number:
            return mode
    raise InvalidRequestError(f"{number} is no release mode. Use 0, 1 or 2.")
