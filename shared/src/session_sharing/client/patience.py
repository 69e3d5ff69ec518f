"""How long something waits for a service that is away, and how often it looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from session_sharing.errors import InvalidRequestError

MAXIMUM_SECONDS = 1_000_000.0
"""The longest that may be waited for: eleven days, which every platform can."""

LOOK_SECONDS = 0.1
"""How often who waits looks whether its call was broken off, and can be interrupted."""

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0


def never() -> bool:
    """Tell that nobody breaks it off."""
    return False


class Patience:
    """The time that one call has, from its making on, and whether it is still wanted.

    It does not change, so any thread may ask it.

    Args:
        seconds: How long the call may take in all.
        broken_off: Tells whether whoever waits wants to wait no more. It is asked from any thread,
            several times a second.
        clock: Tells the time in seconds.

    Attributes:
        seconds: How long the call may take in all.
    """

    __slots__ = ("_broken_off", "_clock", "_end", "seconds")

    def __init__(
        self,
        seconds: float,
        broken_off: Callable[[], bool] = never,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self._broken_off = broken_off
        self._clock = clock
        self._end = clock() + seconds

    @property
    def remaining(self) -> float:
        """What is left of the time, in seconds; never negative."""
        return max(0.0, self._end - self._clock())

    @property
    def is_broken_off(self) -> bool:
        """Whether whoever waits wants to wait no more."""
        return self._broken_off()

    @property
    def is_over(self) -> bool:
        """Whether nobody waits any more, for one reason or the other."""
        return self._broken_off() or self.remaining <= 0


def pauses() -> Iterator[float]:
    """Yield how long to pause after each failure in a row, in seconds: longer and longer."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


def check_seconds(option: str, value: float) -> None:
    """Check how long an option says to wait.

    Raises:
        InvalidRequestError: That cannot be waited for.
    """
    if not 0 <= value <= MAXIMUM_SECONDS:
        raise InvalidRequestError(
            f"{option}={value!r} cannot be waited for. Give seconds from 0 to {MAXIMUM_SECONDS:g}."
        )
