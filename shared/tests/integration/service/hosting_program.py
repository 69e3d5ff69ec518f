"""A server process for the tests: `hosting_program.py MODE STATE_FOLDER STOP_WITHIN`."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

import grpc.aio

from session_sharing.errors import ResourceHeldError
from session_sharing.service.hosting import HostingOptions, run
from session_sharing.service.listening import Listening
from session_sharing.service.logs import configure_logging

MODE, STATE_FOLDER, STOP_WITHIN = sys.argv[1:]


def for_ever() -> None:
    """Hang as a driver call does: nothing ends this wait."""
    threading.Event().wait()


class Program:
    """What is hosted: it fails or hangs where MODE says."""

    def __init__(self) -> None:
        if MODE == "start-fails":
            raise ResourceHeldError("The data folder /x is held\nby another process.")
        if MODE == "start-fails-with-thread":
            threading.Thread(target=for_ever, name="hung-worker").start()
            raise ResourceHeldError("The data folder /x is held.")
        if MODE == "start-is-defect":
            raise ZeroDivisionError("a defect")

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add nothing: the process is what is tested."""

    async def started(self, listening: Listening) -> None:
        """Leave a thread behind that never ends."""
        if MODE == "thread-hangs":
            threading.Thread(target=for_ever, name="hung-worker").start()
        elif MODE == "executor-hangs":
            asyncio.get_running_loop().run_in_executor(None, for_ever)
        elif MODE == "registration-fails":
            raise ResourceHeldError("The name is taken.")

    async def stopping(self) -> None:
        """Hang in the loop, or hang the loop."""
        if MODE == "stopping-hangs":
            await asyncio.Event().wait()
        elif MODE == "loop-hangs":
            for_ever()
        elif MODE == "log-hangs":
            while True:
                sys.stderr.write("nobody reads this\n" * 1000)
        print("drained", file=sys.stderr, flush=True)

    async def stopped(self) -> None:
        """Say so."""
        print("stopped", file=sys.stderr, flush=True)


configure_logging()
options = HostingOptions(
    name="program", port=None, state_folder=Path(STATE_FOLDER), stop_within=float(STOP_WITHIN)
)
sys.exit(run(Program, options))
