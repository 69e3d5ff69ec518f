"""The process of an interpreter, the pipes to it, and its end."""

from __future__ import annotations

import contextlib
import enum
import json
import logging
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

from session_sharing.process_group import ProcessGroup
from teststand_runner.interpreters.child.channel import MAX_BYTES
from teststand_runner.interpreters.output import StepOutput
from teststand_runner.interpreters.processes import exit_text, has_ended

_GONE_SECONDS = 5.0
_PIPE_SECONDS = 1.0  # a program that has left the interpreter's group may keep its pipes
_LOOK_SECONDS = 0.01

Mailbox = queue.SimpleQueue[dict[str, Any] | None]
"""The messages that belong to a step; None once the process has ended."""

logger = logging.getLogger(__name__)


class Ending(enum.Enum):
    """Why a process has ended, or is to end."""

    DIED = "it ended by itself"
    TIMED_OUT = "the step took too long"
    CANCELLED = "the step was cancelled"
    CLOSED = "it was closed"


class ChildProcess:
    """A running interpreter, from its start to its end; any thread may use it.

    Two threads, named after it, read its pipes. One lock guards why it ends and who listens to it;
    it is not held over I/O. Another one keeps the lines whole that go to it. The process is not
    waited for before it is known why it ends, so that its number stays its own until it is killed.

    Args:
        process: The process, with three pipes.
        name: What it is called in the names of threads.
    """

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        assert process.stderr is not None, "it was started with a pipe"
        self._process = process
        self._group = ProcessGroup(process)
        self._state = threading.Lock()
        self._ending: Ending | None = None
        self._listener: tuple[int, Mailbox] | None = None
        self._writing = threading.Lock()
        self.output = StepOutput(process.stderr, name)
        self._reader = threading.Thread(target=self._read, name=f"answers of {name}", daemon=True)
        self._reader.start()

    @property
    def ending(self) -> Ending | None:
        """Why it has ended, or is about to; None while it runs, as far as is known."""
        return self._ending

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def exit_text(self) -> str:
        """Return how it ended, for a message; wait a moment if it is just ending."""
        self._waited(_GONE_SECONDS)
        self.output.wait(_GONE_SECONDS)
        return exit_text(self._process.returncode)

    @contextlib.contextmanager
    def listening(self, step: int) -> Iterator[Mailbox]:
        """Get the messages of a step in this block; one block at a time."""
        mailbox: Mailbox = queue.SimpleQueue()
        with self._state:
            self._listener = step, mailbox
            if self._ending is not None:
                mailbox.put(None)
        try:
            yield mailbox
        finally:
            with self._state:
                self._listener = None

    def send(self, message: dict[str, Any]) -> None:
        """Send a message. Where the process has ended, who listens learns of that."""
        line = json.dumps(message).encode("ascii") + b"\n"
        assert self._process.stdin is not None, "it was started with a pipe"
        try:
            with self._writing:
                self._process.stdin.write(line)
                self._process.stdin.flush()
        except (OSError, ValueError):  # its end of the pipe is closed, or this one
            self.end(Ending.DIED)

    def end(self, ending: Ending, step: int | None = None) -> None:
        """End it by force, and all that it has started.

        Args:
            ending: Why; the first reason is what counts.
            step: Only if this step runs; None in any case.
        """
        with self._state:
            listener = self._listener
            is_over = step is not None and (listener is None or listener[0] != step)
            if self._ending is not None or is_over:
                return
            self._ending = ending
        self._group.end_by_force()
        self._tell_listener()

    def close(self, timeout: float) -> bool:
        """Let it end in good order, then end it by force; return whether it ended by itself.

        What its steps have started and not ended is ended by force in any case.

        Args:
            timeout: How long the user's code has to release what it holds, in seconds.
        """
        with self._state:
            is_first = self._ending is None
            if is_first:
                self._ending = Ending.CLOSED
        is_waited_for = self._process.returncode is not None
        with self._writing, contextlib.suppress(OSError):  # what was not sent yet
            assert self._process.stdin is not None, "it was started with a pipe"
            self._process.stdin.close()
        in_good_order = self._ends(timeout if is_first else _GONE_SECONDS)
        if not is_waited_for:  # else it was ended by force, and its number may be another's
            self._group.end_by_force()  # also what its steps have started and left
        self._waited(_GONE_SECONDS)
        self._tell_listener()
        self._reader.join(_PIPE_SECONDS)
        self.output.wait(_PIPE_SECONDS)
        return is_first and in_good_order

    def _ends(self, timeout: float) -> bool:
        """Wait for its end; its number stays its own if it can."""
        deadline = time.monotonic() + timeout
        while not has_ended(self._process):
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        return True

    def _waited(self, timeout: float) -> bool:
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _read(self) -> None:
        assert self._process.stdout is not None, "it was started with a pipe"
        with self._process.stdout as stream:
            for line in iter(lambda: stream.readline(MAX_BYTES), b""):
                try:
                    message = json.loads(line)
                except ValueError:  # the user's code has found the pipe
                    logger.warning("process %d sent no message: %r", self.pid, line[:100])
                    break
                self._deliver(message)
        self.end(Ending.DIED)

    def _tell_listener(self) -> None:
        with self._state:
            listener = self._listener
        if listener is not None:
            listener[1].put(None)

    def _deliver(self, message: dict[str, Any]) -> None:
        step = message.get("step", message.get("id"))
        with self._state:
            listener = self._listener
        if listener is not None and listener[0] == step:
            listener[1].put(message)
        elif "ask" in message:
            text = "The step that this sequence context was given to has ended."
            self.send({"answer": message["ask"], "refused": text})


@contextlib.contextmanager
def time_limit(child: ChildProcess, step: int, seconds: float) -> Iterator[None]:
    """End a process by force if a step of it runs for longer than this block may."""
    watchdog = threading.Timer(seconds, child.end, (Ending.TIMED_OUT, step))
    watchdog.name = f"time limit of process {child.pid}"
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
