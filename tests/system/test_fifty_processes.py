"""Fifty programs that want the same new file at the same instant."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind
from session_sharing.testing.watching import SessionWatch

PROGRAM = Path(__file__).with_name("crowd_program.py")
PROCESSES = 50
ROUNDS = 60
LONG_ROUNDS = 300
DEADLINE = 200.0  # seconds, for a whole test with its processes on a busy machine
LONG_DEADLINE = 1200.0
LEAD = 0.02  # seconds between the order and the instant that it names

Answers = list[dict[str, Any]]
Report = Callable[[str], None]


class Crowd:
    """Fifty programs that live through all rounds. Each answers every order with a line.

    After the deadline they are killed, so that a test which waits for them fails.
    """

    def __init__(self, address: str, deadline: float) -> None:
        self.processes = [
            subprocess.Popen(
                [sys.executable, str(PROGRAM), address],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        self._guard = threading.Timer(deadline, self.kill)
        self._guard.daemon = True
        self._guard.start()

    def answers(self) -> Answers:
        """Wait until each program has answered: this is where they meet."""
        lines = [process.stdout.readline() for process in self.processes if process.stdout]
        assert all(lines), "a program ended, or was killed at the deadline"
        return [json.loads(line) for line in lines]

    def order(self, **order: Any) -> Answers:
        """Give all programs the same order, and return their answers."""
        for process in self.processes:
            assert process.stdin
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        return self.answers()

    def initialize(self, file: str, behavior: Behavior) -> Answers:
        """Let all programs initialize a file at one instant."""
        at = time.time() + LEAD
        return self.order(do="initialize", file=file, behavior=int(behavior), at=at)

    def kill(self) -> None:
        """End all programs without warning."""
        for process in self.processes:
            process.kill()

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            assert process.stdin
            process.stdin.close()
        for process in self.processes:
            process.wait(DEADLINE)
            assert process.stdout
            process.stdout.close()
        self._guard.cancel()


def rounds(crowd: Crowd, watch: SessionWatch, behavior: Behavior, count: int) -> Iterator[Answers]:
    """Yield the answers of each round; then let all release, and see that it ended well.

    The service must have opened the file once, have told of each attachment, and have closed it.
    """
    for number in range(count):
        file = f"{behavior.name.lower()}-{number}.log"
        answers = crowd.initialize(file, behavior)
        yield answers
        crowd.order(do="release")
        watch.wait_for(file, EventKind.CLOSED)  # Events are told in order: all others are there.
        kinds = (EventKind.OPENING, EventKind.OPENED, EventKind.ATTACHED, EventKind.CLOSED)
        attached = sum("session" in answer for answer in answers)
        assert [watch.count(file, kind) for kind in kinds] == [1, 1, attached, 1], file
        assert file not in watch.present()


def in_flight(answers: Answers) -> float:
    """Return how many calls of a round were in flight on average."""
    busy = sum(answer["ended"] - answer["called"] for answer in answers)
    first, last = min(each["called"] for each in answers), max(each["ended"] for each in answers)
    return float(busy / (last - first))


def play(address: str, count: int, deadline: float, report: Report) -> None:
    """Play the rounds of both behaviours with one crowd: starting it is what takes long."""
    began, together = time.perf_counter(), []
    with SessionWatch(address) as watch, Crowd(address, deadline) as crowd:
        crowd.answers()
        started = time.perf_counter()
        for answers in rounds(crowd, watch, Behavior.AUTO, count):
            together.append(in_flight(answers))
            assert len({answer.get("session") for answer in answers}) == 1, answers
            assert Counter(each["new"] for each in answers) == {True: 1, False: PROCESSES - 1}
        for answers in rounds(crowd, watch, Behavior.INITIALIZE_SERVER_SESSION, count):
            together.append(in_flight(answers))
            refusals = Counter(answer.get("error", "") for answer in answers)
            assert refusals == {"": 1, "SessionExistsError": PROCESSES - 1}, answers
    report(
        f"{PROCESSES} processes: started in {started - began:.1f} s, {2 * count} rounds in "
        f"{time.perf_counter() - started:.1f} s, calls in flight on average "
        f"{sum(together) / len(together):.1f}, in the worst round {min(together):.1f}"
    )
    assert sum(together) / len(together) > 10, "the calls did not meet"


@pytest.mark.timeout(DEADLINE + 40)
def test_fifty_processes_share_one_opening_or_have_one_winner(logger: Any, report: Report) -> None:
    """Fifty AUTO at one instant cause one open; of fifty INITIALIZE_SERVER_SESSION one wins."""
    play(logger.address, ROUNDS, DEADLINE, report)


@pytest.mark.reliability
@pytest.mark.timeout(LONG_DEADLINE + 60)
def test_fifty_processes_for_long(logger: Any, report: Report) -> None:
    """However often fifty processes meet, there is one open, and one winner."""
    play(logger.address, LONG_ROUNDS, LONG_DEADLINE, report)
