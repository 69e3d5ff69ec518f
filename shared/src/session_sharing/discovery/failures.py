"""What a failed call to discovery means to the program that made it."""

from __future__ import annotations

from collections.abc import Sequence

import grpc

from session_sharing.discovery.location import DiscoveryPlace
from session_sharing.errors import (
    AccessDeniedError,
    InternalError,
    InvalidRequestError,
    PreconditionError,
    ServiceNotFoundError,
    SharingError,
    UnavailableError,
)
from session_sharing.text import printable

_MOST_NAMED = 5
"""How many interfaces a text names."""

_AWAY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
"""Discovery was not reached."""

_REFUSALS: dict[grpc.StatusCode, type[SharingError]] = {
    grpc.StatusCode.NOT_FOUND: ServiceNotFoundError,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.FAILED_PRECONDITION: PreconditionError,
    grpc.StatusCode.PERMISSION_DENIED: AccessDeniedError,
    grpc.StatusCode.UNAUTHENTICATED: AccessDeniedError,
}
"""Discovery answered, and said no. NOT_FOUND means something else here than from a service."""


def wanted_service(provided_interface: str, service_class: str, version: str = "") -> str:
    """Name a service that is looked for, for the text of errors."""
    named = " ".join(filter(None, [service_class or "service", version]))
    return f"{named} with the interface {provided_interface}"


def is_away(failure: grpc.RpcError) -> bool:
    """Tell whether discovery was not reached."""
    return _outcome(failure)[0] in _AWAY


def is_late(failure: grpc.RpcError) -> bool:
    """Tell whether a call ended because its time was over."""
    return _outcome(failure)[0] is grpc.StatusCode.DEADLINE_EXCEEDED


def is_unknown(failure: grpc.RpcError) -> bool:
    """Tell whether discovery answered that it knows no such service."""
    return _outcome(failure)[0] is grpc.StatusCode.NOT_FOUND


def not_told(place: DiscoveryPlace, wanted: str, seconds: float) -> ServiceNotFoundError:
    """Make the error for a service of which discovery, which answers, did not say where it is.

    Args:
        place: Where discovery is.
        wanted: The service, by `wanted_service`.
        seconds: For how long it was asked.
    """
    return ServiceNotFoundError(
        f"Discovery at {place.address} answers, but did not say within {seconds:.3g} s where "
        f"{wanted} is: most likely the service is being started. Wait longer; if that does not "
        "help, the log of discovery and that of the service tell more."
    )


def other_port_only(wanted: str, *, encrypted: bool) -> UnavailableError:
    """Make the error for a service that runs, and has only a port of the other kind.

    Args:
        wanted: The service, by `wanted_service`.
        encrypted: Whether the encrypted port was wanted.
    """
    if encrypted:
        return UnavailableError(
            f"{wanted} is running, but offers no encrypted port, and this client was told to "
            "encrypt: nothing was sent. Start the service with --tls-certificate and --tls-key, or "
            "leave the TLS files of this client out (SESSION_SHARING_TLS_CA)."
        )
    return UnavailableError(
        f"{wanted} is running, but offers no port without encryption. Tell this client the CA of "
        "its certificate: SESSION_SHARING_TLS_CA=FILE."
    )


def error_of(
    failure: grpc.RpcError, place: DiscoveryPlace, wanted: str = "", others: Sequence[str] = ()
) -> SharingError:
    """Translate a failed call.

    Args:
        failure: What grpc raised for the call; it carries status and text.
        place: Where discovery should have answered.
        wanted: The service that was looked for, by `wanted_service`; empty if none was.
        others: The interfaces with which its class is known, if that lacks the wanted one.
    """
    status, details = _outcome(failure)
    if status in _AWAY:
        return place.not_answering()
    if status is grpc.StatusCode.DEADLINE_EXCEEDED:
        return place.silent()
    if status is grpc.StatusCode.UNIMPLEMENTED:
        return UnavailableError(
            f"What answers at {place.address} is too old a discovery service for this call, "
            f"or another program that took its port. {place.how_to_start}"
        )
    if status is grpc.StatusCode.NOT_FOUND and wanted:
        known = f"{', '.join(others[:_MOST_NAMED])}{', ...' * (len(others) > _MOST_NAMED)}"
        instead = f"Its class is known with other interfaces: {known}. Ask for one of those."
        return ServiceNotFoundError(
            f"Discovery at {place.address} knows no running {wanted}. "
            f"{printable(instead) if others else 'Start it and try again.'}"
        )
    kind = _REFUSALS.get(status, InternalError)
    return kind(f"Discovery at {place.address} refused: {details} ({status.name})")


def _outcome(failure: grpc.RpcError) -> tuple[grpc.StatusCode, str]:
    if not isinstance(failure, grpc.Call):
        return grpc.StatusCode.UNKNOWN, str(failure)
    return failure.code(), failure.details() or ""
