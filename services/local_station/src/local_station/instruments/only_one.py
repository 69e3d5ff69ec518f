"""One set of instruments for a station: of several, programs would be led to the latest alone."""

from __future__ import annotations

import logging
from pathlib import Path

from session_sharing.discovery import (
    ActiveService,
    DiscoveryConnection,
    find_discovery,
    key_file_name,
)
from session_sharing.discovery.address import answers
from session_sharing.errors import ResourceHeldError, SharingError
from session_sharing.service.lock import ProcessLock

SERVICE_CLASS = "ni.measurementlink.v1.grpcdeviceserver"
"""The class of NI's own server, which clients ask for."""

_ASK_SECONDS = 3.0
_ANSWER_SECONDS = 0.5

logger = logging.getLogger(__name__)


def take_place(folder: Path, cluster: str | None, last_port: int | None) -> ProcessLock:
    """Become the one server of instruments of a station, in a blocking way.

    The lock tells of other simulated instruments, also before a station runs; discovery tells of
    any others, NI's own server too.

    Args:
        folder: The station's folder, which exists.
        cluster: The cluster id; stations of several clusters share a folder.
        last_port: Where the last simulated instruments of this folder listened, if known.

    Raises:
        ResourceHeldError: Another server has that place; the text says which, and what to do.
        SharingError: The folder cannot be used.
    """
    path = (folder / key_file_name(cluster)).with_suffix(".instruments.lock")
    where = f" (localhost:{last_port})" if last_port else ""
    lock = ProcessLock.acquire(path, what=f"the place of the instruments of {folder}{where}")
    other = other_server()
    if other is not None:
        lock.release()
        raise ResourceHeldError(
            f"{told(other)} serves this station already, and these instruments would take over "
            "all its programs. Use that one, or end its process first; instruments beside it need "
            "a station of their own: set LOCAL_STATION_HOME."
        )
    return lock


def other_server(own_port: int = 0) -> ActiveService | None:
    """Return another server of instruments that is registered and listens, in a blocking way.

    None if there is none, or if discovery does not tell.

    Args:
        own_port: The port of this server; 0 if it is not registered.
    """
    try:
        with DiscoveryConnection(find_discovery(), timeout=_ASK_SECONDS) as discovery:
            active = discovery.enumerate_active(service_class=SERVICE_CLASS)
    except SharingError as error:  # The registration tells of it, if it lasts.
        logger.debug("It is not known who else serves instruments: %s", error.message)
        return None
    others = (one for one in active if one.location.insecure_port != str(own_port))
    return next(filter(_listens, others), None)


def told(server: ActiveService) -> str:
    """Name a server, for errors."""
    return f"{server.descriptor.display_name!r} at {server.location.insecure_address}"


def _listens(server: ActiveService) -> bool:
    """Tell whether a server is there; one that only has a port with encryption counts as there."""
    if not server.location.insecure_port:
        return True
    return answers(server.location.insecure_address, _ANSWER_SECONDS)
