"""One program that the station has started: what it says, and when it ends."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from local_station.discovery.launching import command_of, launch
from session_sharing.process_group import ProcessGroup
from session_sharing.service.threads import in_thread, tell_loop
from session_sharing.text import printable, shorten

_LINES = 8
_LINE_BYTES = 400

INPUT_SECONDS = 1.0
"""How long a child has to end when its input does: as NI's examples do, which then unregister."""

END_SECONDS = 3.0
"""How long a child has to end when it is asked to."""

LOOK_SECONDS = 0.2
"""How often is looked whether what an ended child has left behind is there still."""

logger = logging.getLogger(__name__)


class Child:
    """A running program, from `Child.start` to the end of all that it has started.

    Two threads, named after it, read its standard error and wait for its end; the rest belongs to
    the event loop.

    Attributes:
        ended: Done when the program has ended, with its exit code.
        gone: Done when nothing that it has started runs either.
        has_served: Whether a service of it has registered.
    """

    def __init__(
        self, program: Path, process: subprocess.Popen[bytes], group: ProcessGroup
    ) -> None:
        self._program = program
        self._process = process
        self._group = group
        self._lines: deque[str] = deque(maxlen=_LINES)  # its operations are atomic
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self.has_served = False
        self._reader = threading.Thread(
            target=self._read, name=f"errors of {program.name}", daemon=True
        )
        self._reader.start()
        threading.Thread(target=self._wait, name=f"end of {program.name}", daemon=True).start()

    @classmethod
    async def start(cls, program: Path, environment: Mapping[str, str]) -> Child:
        """Start a program.

        Raises:
            PreconditionError: There is no such program, or the operating system does not start it.
            ResourceExhaustedError: No thread can be started for it.
        """

        def started() -> tuple[subprocess.Popen[bytes], ProcessGroup, str]:
            process = launch(program, environment)
            return process, ProcessGroup(process), command_of(program)[-1]

        process, group, ran = await in_thread("start a service", started)
        logger.info("started %s (process %d)", ran, process.pid)
        return cls(Path(ran), process, group)

    def __str__(self) -> str:
        return f"{self._program} (process {self._process.pid})"

    @property
    def is_running(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return not self.ended.done()

    def last_words(self) -> str:
        """Return the last lines of its standard error, as sentences for an error."""
        lines = [line for line in list(self._lines) if line]
        if not lines:
            return "It wrote nothing to standard error."
        return f"The last lines of its standard error: {' | '.join(lines)}"

    async def end(self) -> None:
        """End it, and all that it has started: by the end of its input, by asking, by force."""
        for ask, seconds in (
            (self._end_input, INPUT_SECONDS),
            (self._group.ask_to_end, END_SECONDS),
            (self._group.end_by_force, 0.0),
        ):
            # Never once it is gone: the system may have given its number to somebody else.
            if not self.gone.done():
                await in_thread("end a service", ask)
                await asyncio.wait({self.gone}, timeout=seconds)
        await asyncio.wait({self.ended}, timeout=END_SECONDS)

    def _end_input(self) -> None:
        assert self._process.stdin is not None, "it was started with a pipe"
        try:
            self._process.stdin.close()
        except OSError:  # It has closed its end.
            logger.debug("%s reads no input", self)

    def _read(self) -> None:
        assert self._process.stderr is not None, "it was started with a pipe"
        with self._process.stderr as stream:
            for line in iter(lambda: stream.readline(8 * _LINE_BYTES), b""):
                text = line.decode("utf-8", "replace").rstrip()
                self._lines.append(shorten(printable(shorten(text, _LINE_BYTES)), _LINE_BYTES))
                logger.debug("%s: %s", self._program.name, self._lines[-1])

    def _wait(self) -> None:
        code = self._process.wait()
        self._reader.join(0.5)  # What it wrote last; a program it has left behind may keep it open.
        tell_loop(self._loop, lambda: self.ended.set_result(code))
        while self._group.has_members:
            time.sleep(LOOK_SECONDS)
        tell_loop(self._loop, lambda: self.gone.set_result(None))
