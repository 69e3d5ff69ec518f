"""How many files and connections a server process may have open."""

from __future__ import annotations

import logging
import sys

if sys.platform != "win32":
    import resource

ENOUGH = 10_240
"""As many as macOS admits. The limit that processes begin with is 1,024 on Linux and 256 on macOS:
some hundred sessions would take all, and nobody could connect any more."""

_KEPT = 2_000
"""Files that sessions and the service itself may need, whoever connects."""

_ADDRESSES = 5
"""On how many addresses a server listens: two of loopback for each port, and one on a network."""

_log = logging.getLogger(__name__)


def allow_open_files() -> None:
    """Raise this process's limit of open files, as far as anybody may. Windows has none."""
    if sys.platform != "win32":
        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = ENOUGH if most == resource.RLIM_INFINITY else min(most, ENOUGH)
        if now == resource.RLIM_INFINITY or now >= wanted:
            return
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        except (OSError, ValueError) as error:
            _log.warning("At most %d files and connections can be open here: %s", now, error)


def connections_of_an_address() -> int:
    """Return how many connections one address of a server takes: they leave files for sessions.

    gRPC counts by address. So a flood at that of the network leaves those of loopback as they are.
    """
    limit = ENOUGH
    if sys.platform != "win32":
        now, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = ENOUGH if now == resource.RLIM_INFINITY else now
    return max(limit - _KEPT, limit // 2) // _ADDRESSES
