"""What the user's code prints, for the reports of its steps."""

from __future__ import annotations

import threading
from collections import deque
from typing import IO

from session_sharing.text import printable, shorten
from teststand_runner.interpreters.child.main import MARK

_LINES = 200
_LINE_BYTES = 2000
_LAST_WORDS = 8


class StepOutput:
    """The standard error of an interpreter, which is its standard output, too.

    A thread reads it to its end, so that no step waits for a reader. A condition guards the lines
    and the marks; more than 200 lines of a step are not kept, but for the last ones.

    Args:
        stream: The pipe; closed by the thread.
        name: The name of the interpreter, for that of the thread.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._changed = threading.Condition()
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._marks: set[int] = set()
        self._has_ended = False
        self._thread = threading.Thread(target=self._read, name=f"output of {name}", daemon=True)
        self._thread.start()

    def of_step(self, number: int, timeout: float) -> tuple[str, ...]:
        """Return what was printed since the step before.

        Args:
            number: The number of the step.
            timeout: How long to wait until all of it is read, in seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: number in self._marks or self._has_ended, timeout)
            self._marks.discard(number)
            lines = tuple(self._lines)
            self._lines.clear()
        return lines

    def wait(self, timeout: float) -> None:
        """Wait until all is read; no longer, as what a step has started may keep it open."""
        self._thread.join(timeout)

    def _read(self) -> None:
        with self._stream as stream:
            for line in iter(lambda: stream.readline(4 * _LINE_BYTES), b""):
                self._add(line.decode("utf-8", "replace"))
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _add(self, line: str) -> None:
        before, mark, rest = line.partition(MARK)
        number = rest.partition(MARK)[0] if mark else ""
        with self._changed:
            if text := before.rstrip("\r\n"):
                self._lines.append(printable(shorten(text, _LINE_BYTES)))
            if number.isdecimal():
                self._marks.add(int(number))
                self._changed.notify_all()


def last_words(lines: tuple[str, ...]) -> str:
    """Return the last lines that were printed, as a sentence for an error."""
    if not lines:
        return "It printed nothing."
    return f"The last lines that it printed: {' | '.join(lines[-_LAST_WORDS:])}"
