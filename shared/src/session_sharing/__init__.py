"""Sessions on arbitrary resources: opened once, shared by many programs.

This is what plug-ins and clients use. The service side is `session_sharing.service`, test aids
are in `session_sharing.testing`.
"""

from session_sharing.behavior import Behavior
from session_sharing.client import Receipt, SessionClient, SessionConstructor
from session_sharing.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    AttachmentEndedError,
    AuthenticationError,
    CertificateFileError,
    ClosePendingError,
    InternalError,
    InvalidRequestError,
    NoStationError,
    NotFoundError,
    OutcomeUnknownError,
    PreconditionError,
    ResourceExhaustedError,
    ResourceHeldError,
    ResourceNameError,
    ResourceNotFoundError,
    ResourceReplacedError,
    ServiceNotFoundError,
    ServiceStoppingError,
    SessionAbortedError,
    SessionExistsError,
    SessionNotFoundError,
    SharingError,
    TooLargeError,
    UnavailableError,
    UnknownClientError,
    ValueTypeError,
)
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.join import join_local_station
from session_sharing.records import AckLevel, Acknowledged, Limits, Record, RecordContext
from session_sharing.tls import TlsFiles

__all__ = [
    "AccessDeniedError",
    "AckLevel",
    "Acknowledged",
    "AlreadyExistsError",
    "AttachmentEndedError",
    "AttachmentInformation",
    "AuthenticationError",
    "Behavior",
    "CertificateFileError",
    "ClientIdentity",
    "ClosePendingError",
    "InternalError",
    "InvalidRequestError",
    "Limits",
    "NoStationError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PreconditionError",
    "Receipt",
    "Record",
    "RecordContext",
    "ResourceExhaustedError",
    "ResourceHeldError",
    "ResourceNameError",
    "ResourceNotFoundError",
    "ResourceReplacedError",
    "ServiceNotFoundError",
    "ServiceStoppingError",
    "SessionAbortedError",
    "SessionClient",
    "SessionConstructor",
    "SessionExistsError",
    "SessionInformation",
    "SessionNotFoundError",
    "SessionState",
    "SharingError",
    "TlsFiles",
    "TooLargeError",
    "UnavailableError",
    "UnknownClientError",
    "ValueTypeError",
    "join_local_station",
]
