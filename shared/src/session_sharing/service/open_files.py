"""How many files and connections a server process may have open."""

from __future__ import annotations

import logging
import sys

if sys.platform != "win32":
    import resource

ENOUGH = 10_240
"""As many as macOS admits. The limit that processes begin with is 1,024 on Linux and 256 on macOS:
some hundred sessions would take all, and nobody could connect any more."""

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
