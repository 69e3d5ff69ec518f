"""Which signals ask a program to stop."""

from __future__ import annotations

import signal
import sys


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that ask a program to stop on this platform.

    SIGHUP, which closing its terminal sends, is one of them, unless it is ignored: then, as with
    `nohup`, the program is meant to go on without a terminal.
    """
    if sys.platform == "win32":
        return (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return (signal.SIGINT, signal.SIGTERM)
    return (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
