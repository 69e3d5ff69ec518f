"""Trying again after a lost connection, for a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from db_writer.service.failures import is_lost, judge
from db_writer.service.settings import DatabaseSettings

T = TypeVar("T")

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5


class OutcomeLostError(Exception):
    """The last attempt failed, and one of them may have succeeded without telling.

    Args:
        error: How the last one failed.
    """

    def __init__(self, error: DBAPIError) -> None:
        super().__init__(str(error))
        self.error = error


def retried(
    work: Callable[[], T], settings: DatabaseSettings, seconds: float, *, writes: bool = False
) -> T:
    """Do something until it succeeds, fails for another reason than passing ones, or time is up.

    Args:
        work: What to do; done again it must not do it twice.
        settings: The database.
        seconds: After which time it is not begun again.
        writes: Whether it matters that an attempt may have succeeded without telling.

    Raises:
        OutcomeLostError: It writes, and may have succeeded; only then.
        DBAPIError: It failed; `judge` says what that means.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    lost = False
    while True:
        try:
            return work()
        except DBAPIError as error:
            lost = lost or (writes and is_lost(error))
            if time.monotonic() + pause > deadline or not judge(error, settings).passing:
                if lost:
                    raise OutcomeLostError(error) from error
                raise
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
