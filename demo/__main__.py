"""Starts the demonstration: Ctrl-C is taken care of from the first import on."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Not by an exception: some that come up in the middle of an import are swallowed.
    os.write(2, b"Interrupted: nothing is left running.\n")
    os._exit(130)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _leave)  # `main` takes over when there is something to end.
    from demo.program import main

    sys.exit(main())
