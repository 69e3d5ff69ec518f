"""Trying again after a lost connection, for a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from db_writer.service.failures import judge
from db_writer.service.settings import DatabaseSettings

T = TypeVar("T")

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5


def retried(work: Callable[[], T], settings: DatabaseSettings, seconds: float) -> T:
    """Do something until it succeeds, fails for another reason than passing ones, or time is up.

    Args:
        work: What to do; done again it must not do it twice.
        settings: The database.
        seconds: After which time it is not begun again.

    Raises:
        DBAPIError: It failed; `judge` says what that means.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while True:
        try:
            return work()
        except DBAPIError as error:
            if time.monotonic() + pause > deadline or not judge(error, settings).passing:
                raise
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
