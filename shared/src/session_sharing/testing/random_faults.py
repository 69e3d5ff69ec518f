"""A network with one fault after the other, as chance has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
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
    "connections cut",
    "replies cut",
    "replies dropped",
    "all delayed",
    "all held back",
    "replies held back",
    "all held back and lost",
    "connections refused",
)
"""The kinds of faults."""


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
        does: tuple[Callable[[float], None], ...] = (
            self._cut,
            self._cut_replies,
            self._drop_replies,
            self._delay,
            self._hold_back,
            self._hold_replies_back,
            self._lose_what_is_held_back,
            self._refuse,
        )
        self._does = dict(zip(FAULTS, does, strict=True))

    def play(self, seconds: float) -> None:
        """Play faults for a time, in the caller's thread.

        Args:
            seconds: For how long. The last fault is brought to its end.
        """
        deadline = time.monotonic() + seconds
        for choice in self.choices():
            if time.monotonic() >= deadline:
                return
            self.play_one(choice.kind, choice.lasts)
            _pause(choice.rest)

    def play_one(self, kind: str, lasts: float) -> None:
        """Play one fault, in the caller's thread.

        Args:
            kind: One of `FAULTS`.
            lasts: How long it lasts, in seconds.
        """
        self.played.append(f"{kind} {lasts:.3f} s")
        self._does[kind](lasts)

    def choices(self) -> Iterator[Choice]:
        """Yield what is played one after the other: each kind once before one comes again."""
        while True:
            for kind in self._random.sample(FAULTS, len(FAULTS)):
                is_long = self._random.randrange(LONG_ONES) == 0
                lasts = self._random.uniform(0.0, LONG_SECONDS if is_long else SHORT_SECONDS)
                yield Choice(kind, lasts, self._random.uniform(0.0, REST_SECONDS))

    def _cut(self, lasts: float) -> None:
        """Reset all connections: that takes no time."""
        self._proxy.cut()

    def _cut_replies(self, lasts: float) -> None:
        self._proxy.end_replies()
        _pause(lasts)
        self._proxy.cut()

    def _drop_replies(self, lasts: float) -> None:
        """Have requests arrive and their replies not: what was done is not told."""
        self._proxy.drop_replies()
        _pause(lasts)
        self._proxy.cut()

    def _delay(self, lasts: float) -> None:
        self._proxy.delay(min(lasts / 3, LONGEST_DELAY))
        _pause(lasts)
        self._proxy.delay(0.0)

    def _hold_back(self, lasts: float) -> None:
        self._proxy.hold_back()
        _pause(lasts)
        self._proxy.let_go()

    def _hold_replies_back(self, lasts: float) -> None:
        self._proxy.hold_back(replies_only=True)
        _pause(lasts)
        self._proxy.let_go()

    def _lose_what_is_held_back(self, lasts: float) -> None:
        self._proxy.hold_back()
        _pause(lasts)
        self._proxy.cut()
        self._proxy.let_go()

    def _refuse(self, lasts: float) -> None:
        self._proxy.refuse()
        _pause(lasts)
        self._proxy.accept()


def _pause(seconds: float) -> None:
    """Let time pass: it is what a fault is made of."""
    threading.Event().wait(seconds)
