"""On Linux, what ends an interpreter whose runner is gone, though a step keeps Python to itself.

C code may hold the global interpreter lock for ever; no thread of the interpreter runs then. This
is a process of its own, forked before there are threads. It is in the interpreter's process group,
and no child of it: the user's code may wait for its children.
"""

from __future__ import annotations

import os
import select
import signal
import sys

_REQUESTS, _ENDED = 0, 1
_FIRST_FILES = 64


if sys.platform == "linux":

    def start_guard(grace: float) -> None:
        """Have the process group end that this process leads, once the runner has ended.

        Nothing else may run yet, and standard input has to be the pipe from the runner.

        Args:
            grace: How long this process may take to end after the runner, in seconds.
        """
        if os.getpgrp() != os.getpid():
            return
        ended, _held = os.pipe()  # the other end closes when this process ends
        helper = os.fork()
        if helper:
            os.close(ended)
            os.waitpid(helper, 0)
            return
        try:
            if os.fork() == 0:
                _guard(ended, grace)
        finally:
            os._exit(0)

    def _guard(ended: int, grace: float) -> None:
        os.dup2(ended, _ENDED)
        os.closerange(_ENDED + 1, _FIRST_FILES)  # others wait for the closing of these
        if _REQUESTS in _without_writer([_REQUESTS, _ENDED]):
            _without_writer([_ENDED], grace)
            os.killpg(0, signal.SIGKILL)  # what the steps have started, too

    def _without_writer(pipes: list[int], seconds: float | None = None) -> list[int]:
        """Wait until one of some pipes has no writer any more; return which."""
        poller = select.poll()
        for each in pipes:
            poller.register(each, 0)  # what is written is for others
        return [file for file, _ in poller.poll(None if seconds is None else seconds * 1000)]

else:

    def start_guard(grace: float) -> None:
        """Do nothing: elsewhere the interpreter's own thread alone ends it."""
