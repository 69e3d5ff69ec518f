"""Every error of session sharing, on both sides of the wire.

SharingError
├── InvalidRequestError            INVALID_ARGUMENT     the request can never succeed as it is
│   ├── ResourceNameError                               the resource name names nothing usable
│   ├── ValueTypeError                                  a value has no place in a record
│   ├── TooLargeError                                   a record or a request is too big
│   └── CertificateFileError                            a certificate or a key cannot be used
├── NotFoundError                  NOT_FOUND
│   ├── SessionNotFoundError                            no such session, or no longer
│   └── ResourceNotFoundError                           what the resource needs is not there
├── AlreadyExistsError             ALREADY_EXISTS       something of that name is there
│   └── SessionExistsError                              another session is open on the resource
├── AccessDeniedError              PERMISSION_DENIED    outside the allowed places, or not writable
│   ├── CallerRefusedError                              the caller is on no list that allows it
│   └── OtherCertificateError                           made with another certificate
├── AuthenticationError            UNAUTHENTICATED      one side cannot prove who it is
├── PreconditionError              FAILED_PRECONDITION
│   ├── ResourceHeldError                               another process holds the resource
│   ├── ResourceReplacedError                           the resource was exchanged under the session
│   ├── UnknownClientError                              the client is not connected
│   └── AttachmentEndedError                            the attachment was released, or taken away
├── ResourceExhaustedError         RESOURCE_EXHAUSTED   no room now; try again later
├── UnavailableError               UNAVAILABLE          the service or its storage is away
│   ├── NoStationError                                  no discovery service answers
│   ├── ServiceNotFoundError                            discovery knows no such service
│   └── ServiceStoppingError                            the service is on its way down; wait for it
├── SessionAbortedError            ABORTED              the session was closed by force
├── OutcomeUnknownError            DEADLINE_EXCEEDED    no answer in time: it may have happened
├── ClosePendingError              FAILED_PRECONDITION  others still hold what was to be closed
└── InternalError                  INTERNAL             a defect of the service

The status of each class is in `session_sharing.wire.status`, the one table that maps them.
"""

from __future__ import annotations

from session_sharing.information import SessionInformation


class SharingError(Exception):
    """The root of the tree.

    Args:
        message: What happened, who holds what, and what to do next: whole sentences for a person.
        resource_name: The resource that the error speaks of.
        session: The session that the error speaks of, as it was when the error was raised.
        retry_delay: After how many seconds trying again makes sense; None if it does not.
        size: What was too big, in bytes.
        limit: How big it may be, in bytes.

    Attributes:
        maybe_done: Whether the call may have been carried out though it failed: it was cut short,
            or an attempt before the one that was answered was. False says nothing of errors
            whose class does, such as `OutcomeUnknownError`.
    """

    def __init__(
        self,
        message: str,
        *,
        resource_name: str = "",
        session: SessionInformation | None = None,
        retry_delay: float | None = None,
        size: int | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.resource_name = resource_name
        self.session = session
        self.retry_delay = retry_delay
        self.size = size
        self.limit = limit
        self.maybe_done = False


class InvalidRequestError(SharingError):
    """The request can never succeed as it is."""


class ResourceNameError(InvalidRequestError):
    """The resource name names nothing that the service can hold."""


class ValueTypeError(InvalidRequestError):
    """A value has no place in a record."""


class TooLargeError(InvalidRequestError):
    """A record or a request is too big; `size` and `limit` say by how much."""


class CertificateFileError(InvalidRequestError):
    """A file that should hold a certificate or a key is missing, or cannot be used."""


class NotFoundError(SharingError):
    """Something that the request needs does not exist."""


class SessionNotFoundError(NotFoundError):
    """There is no such session, or no longer; `session` tells of the last one, if known."""


class ResourceNotFoundError(NotFoundError):
    """Something that the resource needs is not there, such as the folder of a file."""


class AlreadyExistsError(SharingError):
    """Something of that name is there already."""


class SessionExistsError(AlreadyExistsError):
    """A session is open on the resource; `session` says who created and who holds it."""


class AccessDeniedError(SharingError):
    """The resource lies outside the allowed places, or may not be written."""


class CallerRefusedError(AccessDeniedError):
    """The caller's certificate is on no list of the service that allows what was asked."""


class OtherCertificateError(AccessDeniedError):
    """A client, or its attachment, is used with another certificate than it was made with."""


class AuthenticationError(SharingError):
    """One side cannot prove who it is, or only one of the two encrypts; time mends it not."""


class PreconditionError(SharingError):
    """The request was refused because of how things stand."""


class ResourceHeldError(PreconditionError):
    """Another process holds the resource."""


class ResourceReplacedError(PreconditionError):
    """The resource was exchanged or deleted under the session."""


class UnknownClientError(PreconditionError):
    """The client is not, or no longer, connected to the service."""


class AttachmentEndedError(PreconditionError):
    """The attachment was released or taken away; attach again."""


class ResourceExhaustedError(SharingError):
    """There is no room now; `retry_delay` says when trying again makes sense."""


class UnavailableError(SharingError):
    """The service, or the storage behind it, is away."""


class NoStationError(UnavailableError):
    """No discovery service answers."""


class ServiceNotFoundError(UnavailableError):
    """Discovery answers, but knows no such service, or none that has started yet."""


class ServiceStoppingError(UnavailableError):
    """The service stops and takes on nothing more; repeat the call when it is back."""


class SessionAbortedError(SharingError):
    """The session was closed by force under the operation."""


class OutcomeUnknownError(SharingError):
    """No answer came in time: what was asked for may have happened, or not."""


class ClosePendingError(SharingError):
    """Others still hold the session that was to be closed; `session` says who."""


class InternalError(SharingError):
    """A defect of the service; its log holds the details."""
