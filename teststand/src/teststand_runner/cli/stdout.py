"""Standard output, which can be full, closed, or a pipe that nobody reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from teststand_runner.errors import TestStandRunnerError


class CannotShowError(TestStandRunnerError):
    """Standard output takes nothing more."""


def replace_closed_streams() -> None:
    """Let what is written to a stream that the process was started without go nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)


@contextmanager
def shown() -> Iterator[None]:
    """Have what is printed as long as the context lasts reach standard output.

    Raises:
        CannotShowError: That fails.
    """
    try:
        yield
        print(end="", flush=True)
    except OSError as error:
        _discard_what_waits()
        why = error.strerror or error
        raise CannotShowError(f"standard output cannot be written: {why}.") from error


def _discard_what_waits() -> None:
    """Let Python write nowhere what it still holds: it tries once more when the process ends."""
    with suppress(OSError, ValueError):  # A stream of a program's own has no descriptor.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, sys.stdout.fileno())
        finally:
            os.close(nowhere)
