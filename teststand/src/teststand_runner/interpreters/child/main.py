"""The life of an interpreter: steps, one after the other, until the runner ends it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from .channel import Channel, TooLargeError, take_pipes
from .guard import start_guard
from .steps import Steps, described

MARK = "\x1e"
"""What surrounds the number of a step at the end of what it has printed."""


_TASKKILL_SECONDS = 2.0


def main(grace: float) -> None:
    """Run steps until the runner closes its pipe or ends.

    The interpreter then ends in good order, so that the user's atexit handlers run; where these, or
    the step that runs, take longer than the grace, it ends anyway.

    Args:
        grace: In seconds.
    """
    start_guard(grace)
    channel = take_pipes()
    requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    threading.Thread(
        target=_read, args=(channel, requests, grace), name="requests of the runner", daemon=True
    ).start()
    steps = Steps(channel)
    channel.send({"id": 0, "value": sys.version.split()[0]})
    while (request := requests.get()) is not None:
        answer = steps.perform(request)
        _finish_output(answer["id"])
        try:
            _send(channel, answer)
        except OSError:  # The runner has ended; so does this.
            return


def _send(channel: Channel, answer: dict[str, Any]) -> None:
    try:
        channel.send(answer)
    except TooLargeError as error:
        channel.send({"id": answer["id"], "raised": described(error)})


def _read(
    channel: Channel, requests: queue.SimpleQueue[dict[str, Any] | None], grace: float
) -> None:
    while (message := channel.receive()) is not None:
        requests.put(message)
    requests.put(None)
    time.sleep(grace)
    _end_by_force()


def _finish_output(number: int) -> None:
    """Write all that a step has printed, and after it the number of the step."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os.write(2, f"{MARK}{number}{MARK}\n".encode())
    except (AttributeError, OSError, ValueError):  # The user's code has closed or replaced them.
        return


if sys.platform == "win32":

    def _end_by_force() -> None:
        """End this process, and all that it has started."""
        taskkill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        command = [str(taskkill), "/T", "/F", "/PID", str(os.getpid())]
        try:
            subprocess.run(command, capture_output=True, timeout=_TASKKILL_SECONDS, check=False)  # noqa: S603
        finally:
            os._exit(1)

else:

    def _end_by_force() -> None:
        """End this process, and where it leads a group of its own all that is in it."""
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)
