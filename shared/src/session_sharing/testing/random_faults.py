"""A network with one fault after the other, as chance has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from session_sharing.testing.proxy import FaultyProxy

SHORT_SECONDS, LONG_SECONDS = 0.2, 2.0
"""How long most faults last, and how long one in `LONG_ONES`, at most."""

LONG_ONES = 8
REST_SECONDS = 0.2
"""How long all is well between two faults, at most."""

LONGEST_DELAY = 0.1

FAULTS = (
    "cut",
    "end_replies",
    "drop_replies",
    "delay",
    "hold_back",
    "hold_back_replies",
    "lose_what_is_held_back",
    "refuse",
)
"""The kinds of faults: methods of `RandomFaults`."""


class Choice(NamedTuple):
    """What is played: the kind of fault, how long it lasts, and how long all is well after it."""

    kind: str
    lasts: float
    rest: float


class RandomFaults:
    """Plays faults on a proxy, in the caller's thread. In between all is well.

    Args:
        proxy: The network.
        random: Decides what happens when; with the same seed the same faults follow. Nobody else
            draws from it.

    Attributes:
        played: What was played, in its order.
    """

    def __init__(self, proxy: FaultyProxy, random: Random) -> None:
        self.played: list[str] = []
        self._proxy = proxy
        self._random = random

    def play(self, seconds: float) -> None:
        """Play faults for a time, in the caller's thread.

        Args:
            seconds: For how long. The last fault is brought to its end.
        """
        deadline = time.monotonic() + seconds
        for choice in self.choices():
            if time.monotonic() >= deadline:
                return
            self.played.append(f"{choice.kind} {choice.lasts:.3f}")
            getattr(self, choice.kind)(choice.lasts)
            _pause(choice.rest)

    def choices(self) -> Iterator[Choice]:
        """Yield what is played one after the other: each kind once before one comes again."""
        while True:
            for kind in self._random.sample(FAULTS, len(FAULTS)):
                is_long = self._random.randrange(LONG_ONES) == 0
                lasts = self._random.uniform(0.0, LONG_SECONDS if is_long else SHORT_SECONDS)
                yield Choice(kind, lasts, self._random.uniform(0.0, REST_SECONDS))

    def cut(self, lasts: float) -> None:
        """Reset all connections; at once, whatever the fault may last."""
        self._proxy.cut()

    def end_replies(self, lasts: float) -> None:
        """Cut the direction of the replies, and the other one later."""
        self._proxy.end_replies()
        _pause(lasts)
        self._proxy.cut()

    def drop_replies(self, lasts: float) -> None:
        """Have requests arrive and their replies not, then reset all connections."""
        self._proxy.drop_replies()
        _pause(lasts)
        self._proxy.cut()

    def delay(self, lasts: float) -> None:
        """Delay everything, by more the longer it lasts."""
        self._proxy.delay(min(lasts / 3, LONGEST_DELAY))
        _pause(lasts)
        self._proxy.delay(0.0)

    def hold_back(self, lasts: float) -> None:
        """Pass nothing on, then all of it."""
        self._proxy.hold_back()
        _pause(lasts)
        self._proxy.let_go()

    def hold_back_replies(self, lasts: float) -> None:
        """Pass no replies on, then all of them."""
        self._proxy.hold_back(replies_only=True)
        _pause(lasts)
        self._proxy.let_go()

    def lose_what_is_held_back(self, lasts: float) -> None:
        """Pass nothing on, then reset all connections, so that it is lost."""
        self._proxy.hold_back()
        _pause(lasts)
        self._proxy.cut()
        self._proxy.let_go()

    def refuse(self, lasts: float) -> None:
        """Reset all connections, and each new one for a while."""
        self._proxy.refuse()
        _pause(lasts)
        self._proxy.accept()


def _pause(seconds: float) -> None:
    """Let time pass: it is what a fault is made of."""
    threading.Event().wait(seconds)
