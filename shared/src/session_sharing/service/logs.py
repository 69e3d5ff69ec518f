"""Where a server's log goes: standard error, in UTC; standard output belongs to the ready line."""

from __future__ import annotations

import logging
import sys
import time

_TALKATIVE = ("asyncio", "grpc")
"""What says too much at DEBUG: asyncio names every selector."""


def configure_logging(verbose: bool = False) -> None:
    """Send the log of this process to standard error, one line a message, times in UTC.

    Calling it again replaces what it set before.

    Args:
        verbose: Whether to log details (DEBUG); otherwise INFO and above.
    """
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # The details are those of this library and of the service, whatever its package is called.
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.INFO)
