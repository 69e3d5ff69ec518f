"""When processes began, by a clock that nobody sets where the system has one: on Linux.

Elsewhere it is by the system's clock, as it was noted when the process began.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

_STARTED = 19
"""The place of the start in a line of /proc/PID/stat, behind the name of the program."""


def start_of(process_id: int, created: float) -> float:
    """Return when a process began, in seconds: so it is told from a later one of the same number.

    Args:
        process_id: The process.
        created: When that was by the system's clock, in seconds since 1970. On Linux it is worked
            out when it is asked for, and so changes when the clock is set.

    Raises:
        OSError: There is no such process any more, or it is hidden.
    """
    if sys.platform == "linux":
        line = Path(f"/proc/{process_id}/stat").read_bytes()
        words = line.rpartition(b")")[2].split()  # The name, in brackets, may have anything in it.
        return int(words[_STARTED]) / os.sysconf("SC_CLK_TCK")
    return created


def seconds_since(start: float, now: float) -> float:
    """Return how long ago a process began; less than 0 if the clock was set back since then.

    Args:
        start: What `start_of` has returned, in this run of the system.
        now: The system's clock, in seconds since 1970.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME) - start
    return now - start
