"""Where a server's log goes: standard error, in UTC; standard output belongs to the ready line."""

from __future__ import annotations

import logging
import sys
import time


def configure_logging(verbose: bool = False) -> None:
    """Send the log of this process to standard error, one line a message, times in UTC.

    Calling it again replaces what it set before.

    Args:
        verbose: Whether to log details (DEBUG) of session sharing; otherwise INFO and above.
    """
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # At DEBUG the libraries below say too much (asyncio names every selector): only ours is raised.
    logging.getLogger("session_sharing").setLevel(logging.DEBUG if verbose else logging.INFO)
