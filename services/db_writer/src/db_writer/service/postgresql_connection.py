"""Connections to PostgreSQL that wait for an answer only so long."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is given up when its server takes data, but does not answer.

    A server whose disk or machine hangs, or that was stopped by a debugger, does so: its limit for
    a statement ends nothing, and the network is well. Whatever is asked of a connection waits here,
    in the thread that asked; so that one breaks it off, and no other.

    Attributes:
        answer_seconds: How long one answer may take.
    """

    answer_seconds = float("inf")

    def wait(
        self,
        gen: Generator[Any, Any, T],
        *args: Any,  # noqa: ANN401 - the driver's own
        **options: Any,  # noqa: ANN401
    ) -> T:
        """Wait for an answer.

        Raises:
            psycopg.OperationalError: There was none in time, and the connection is closed; what was
                under way may be done or not.
        """
        try:
            return super().wait(_bounded(gen, self.answer_seconds), *args, **options)
        except _NoAnswerError:
            self.close()
            raise psycopg.OperationalError(
                f"the server has not answered for {self.answer_seconds:g} s; it hangs"
            ) from None


class _NoAnswerError(Exception):
    """Time is up."""


def _bounded(gen: Generator[Any, Any, T], seconds: float) -> Generator[Any, Any, T]:
    """Go through what waits for an answer; psycopg calls it ten times a second while none comes."""
    deadline = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                raise _NoAnswerError
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result
