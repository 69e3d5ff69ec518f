"""The pipes to the runner: one JSON object in each line."""

from __future__ import annotations

import itertools
import json
import os
import queue
import sys
import threading
from typing import Any, BinaryIO

MAX_BYTES = 64 * 1024 * 1024
"""Of a line to the runner, which reads no longer ones."""


class TooLargeError(ValueError):
    """A message to the runner is too long."""


class Channel:
    """Both pipes of an interpreter, apart from standard input and output.

    One lock guards the pipe to the runner, so that lines of several threads stay whole; another the
    table of the questions that are open. Only the thread that reads calls `messages`.

    Args:
        requests: The pipe from the runner.
        answers: The pipe to it.
    """

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests = requests
        self._answers = answers
        self._writing = threading.Lock()
        self._numbers = itertools.count(1)
        self._open: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._opening = threading.Lock()
        self._has_ended = False

    def send(self, message: dict[str, Any]) -> None:
        """Tell the runner something.

        Raises:
            TooLargeError: It is too long.
            OSError: The runner has ended.
        """
        line = json.dumps(message).encode("ascii") + b"\n"
        if len(line) > MAX_BYTES:
            raise TooLargeError(
                f"A value of {len(line)} bytes, as JSON, cannot go to the runner: {MAX_BYTES} "
                "bytes are the limit. Keep it in a file or an object, and hand that over."
            )
        with self._writing:
            self._answers.write(line)
            self._answers.flush()

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the runner, and wait for its answer; it may be asked by any thread.

        Raises:
            TooLargeError: The question is too long.
            OSError: The runner has ended.
        """
        number, answer = next(self._numbers), queue.SimpleQueue[dict[str, Any]]()
        with self._opening:
            if self._has_ended:
                raise ConnectionError("The runner has ended.")
            self._open[number] = answer
        try:
            self.send({**question, "ask": number})
            found = answer.get()  # there is an answer in any case: see answer_all
        finally:
            with self._opening:
                self._open.pop(number, None)
        if "ended" in found:
            raise ConnectionError("The runner has ended.")
        return found

    def receive(self) -> dict[str, Any] | None:
        """Return the next message that is no answer; None if the runner has ended.

        Answers go to who asked.
        """
        for line in self._requests:
            message: dict[str, Any] = json.loads(line)
            if "answer" not in message:
                return message
            self._answer(message)
        self._end()
        return None

    def _answer(self, message: dict[str, Any]) -> None:
        with self._opening:
            asked = self._open.get(message["answer"])
        if asked is not None:
            asked.put(message)

    def _end(self) -> None:
        with self._opening:
            self._has_ended = True
            waiting = list(self._open.values())
        for asked in waiting:
            asked.put({"ended": True})


def take_pipes() -> Channel:
    """Return the channel, and keep the user's code away from it.

    What it prints goes to standard error from here on, also of what it starts; reading standard
    input finds its end.
    """
    channel = Channel(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    return channel
