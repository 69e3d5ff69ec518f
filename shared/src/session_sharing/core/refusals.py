"""The errors of the registry: what happened, who holds what, and what to do."""

from __future__ import annotations

from session_sharing.core.kept import EndedEntry
from session_sharing.core.requests import InitializeRequest
from session_sharing.errors import (
    AttachmentEndedError,
    InvalidRequestError,
    OtherCertificateError,
    PreconditionError,
    SessionExistsError,
    SessionNotFoundError,
    UnknownClientError,
)
from session_sharing.information import SessionInformation
from session_sharing.subjects import cut


def session_exists(session: SessionInformation) -> SessionExistsError:
    """A session is open where a new one was wanted."""
    orphaned = " The option take_over_orphan does so by itself once its creator is dead."
    return SessionExistsError(
        f"Cannot initialize a new session: there is {session}. Attach to it (behaviour AUTO or "
        f"ATTACH_TO_SERVER_SESSION), or close it first: {session.how_to_close()}"
        f"{'' if session.attachments else orphaned}",
        resource_name=session.resource_name,
        session=session,
    )


def opened_otherwise(
    session: SessionInformation, opener: InitializeRequest, request: InitializeRequest
) -> PreconditionError:
    """A session is open with other settings than those that are wanted."""
    there = dict(opener.settings)
    unlike = ", ".join(
        f"{name} {wish!r} is wanted, and it was opened "
        f"{f'with {there[name]!r}' if name in there else 'without'}"
        for name, wish in request.contradictions(opener.settings)
    )
    return PreconditionError(
        f"Cannot attach with other settings: {unlike}. There is {session}. Ask for what it was "
        f"opened with, or leave it out; or close it first: {session.how_to_close()}",
        resource_name=session.resource_name,
        session=session,
    )


def nothing_to_attach_to(
    resource_name: str, last: SessionInformation | None
) -> SessionNotFoundError:
    """No session is open where one was to be attached to."""
    history = f"The last one was {last}." if last else "None has been open on it."
    return SessionNotFoundError(
        f"Cannot attach: no session is open on {resource_name!r}. {history} Initialize it first "
        "(behaviour AUTO or INITIALIZE_SERVER_SESSION), for example in the Setup of the sequence.",
        resource_name=resource_name,
        session=last,
    )


def no_such_session(closed: SessionInformation | None) -> SessionNotFoundError:
    """An operation names a session that is not open."""
    if closed is None:
        return SessionNotFoundError(
            "There is no session of this name: it was never opened here, or closed long ago. "
            "Initialize again; `python -m session_sharing list` shows what is open."
        )
    return SessionNotFoundError(
        f"The session is closed: {closed}. Initialize again to go on.",
        resource_name=closed.resource_name,
        session=closed,
    )


def attachment_ended(ended: EndedEntry) -> AttachmentEndedError:
    """An attachment that is no more is used."""
    return AttachmentEndedError(f"{ended.why} Nothing was done; initialize again to attach anew.")


def attachment_unknown() -> AttachmentEndedError:
    """An attachment is used that the session does not have."""
    return AttachmentEndedError(
        "This attachment does not hold the session: it was never made, or ended long ago. "
        "Nothing was done; initialize again to attach anew."
    )


def attachment_reused() -> InvalidRequestError:
    """An attachment id comes back with another wish, or from another client."""
    return InvalidRequestError(
        "This attachment id belongs to another request. Make a new id for every Initialize; "
        "repeat an id only to repeat the same request."
    )


def client_unknown() -> UnknownClientError:
    """A client id has no live stream."""
    return UnknownClientError(
        "This client is not connected: the service knows no live SessionClients.Connect stream of "
        "its client id. Connect first and keep the stream for as long as sessions are used; "
        "a client whose stream was lost for longer than the grace time has to start anew."
    )


def other_certificate(made_with: str, came_with: str) -> OtherCertificateError:
    """A client's call comes with another certificate than the client did, or with none.

    Args:
        made_with: The subject of the client's certificate; empty if it has none.
        came_with: That of the call's.
    """
    return OtherCertificateError(
        f"This belongs to a client that connected {_with(made_with)}, and the call came "
        f"{_with(came_with)}. Nothing was done. Go on with the certificate of before, or one of "
        "the same subject; or connect as a new client, and initialize again."
    )


def not_initialized_with(subject: str) -> OtherCertificateError:
    """A client without identity uses a session that is not open to its certificate."""
    return OtherCertificateError(
        f"This session was opened by others, and the call came {_with(subject)}, by which it was "
        "not initialized here, or was closed. Nothing was done. Initialize it first, or use the "
        "certificate that it was initialized with."
    )


def _with(subject: str) -> str:
    return f"with the certificate {cut(subject)}" if subject else "without a certificate"


def identifiers_missing() -> InvalidRequestError:
    """An Initialize comes without client id or attachment id."""
    return InvalidRequestError(
        "The request names no client id or no attachment id. Take the client id from "
        "SessionClients.Connect, and make a unique attachment id for every Initialize."
    )
