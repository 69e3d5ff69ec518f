"""A disk that is full now and then, while several log to it, and their service is killed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from session_sharing.errors import ResourceExhaustedError, SharingError, UnavailableError
from session_sharing.testing.full_disk import fill, tiny_disk
from session_sharing.testing.history import UNANSWERED, Recorder
from session_sharing.testing.session_calls import STORED, Log, Refused
from session_sharing.testing.stored_records import find_misplaced
from tests.system.load_program import WAIT_SECONDS, record
from tests.system.load_targets import LogTarget, SqliteTarget, Target
from tests.system.restart_cast import Service, pause
from tests.system.restart_program import CLIENTS

DISK_BYTES = 64 << 20
FULL_TIMES = 40
KILLS = 6
ROOM = (0, 0, 4096, 100_000, 300_000)
"""What is left free when the disk is full, about, in bytes."""


class Caller:
    """Logs through an attachment of its own, in one thread, whatever it is told.

    Args:
        target: What it logs to.
        name: Its name.
        random: Decides how long records are.
        recorder: Records what it was told of each.
    """

    def __init__(self, target: Target, name: str, random: Random, recorder: Recorder) -> None:
        self._random = random
        self._name = name
        self._recorder = recorder
        resource = f"full.{target.service.ending}?client={name}"
        client = CLIENTS[target.service.module]
        options = {"address": target.service.address, "wait": WAIT_SECONDS}
        self._client = client(resource, ack="disk" if name.endswith("1") else "os", **options)

    def log_until(self, ended: threading.Event) -> None:
        """Log until the end; only a full disk may refuse, also while it cannot be opened again."""
        number = 0
        while not ended.wait(0.001):
            call = self._recorder.call(self._name, Log(self._name, number))
            one = record(self._name, number, self._random)
            try:
                self._client.log(one.measurement_name, {}, one.outputs)
            except (ResourceExhaustedError, UnavailableError) as error:
                self._recorder.end(call, _told(error))
            else:
                self._recorder.end(call, STORED)
            number += 1

    def close(self) -> None:
        """Let go."""
        self._client.close()


def _told(error: SharingError) -> object:
    assert "room" in error.message
    return UNANSWERED if error.maybe_done else Refused(type(error).__name__)


@pytest.fixture(params=["json_logger", "db_writer"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """Return a service on a disk of its own."""
    with ExitStack() as stack:
        try:
            stack.enter_context(tiny_disk(tmp_path, DISK_BYTES))
        except OSError as error:
            pytest.skip(f"no tiny disk can be mounted: {error}")
        service = Service(request.param, tmp_path, {}, moves=False)
        stack.callback(service.process_ends)
        yield LogTarget(service) if request.param == "json_logger" else SqliteTarget(service)


def fill_and_empty(target: Target, random: Random) -> None:
    """Fill the disk again and again, and kill the service now and then, full or not."""
    ballast, kills = target.service.folder / "ballast", random.sample(range(FULL_TIMES), KILLS)
    for time in range(FULL_TIMES):
        pause(random, 0.2)
        fill(ballast, but=random.choice(ROOM))
        pause(random, 0.2)
        if time in kills:
            target.service.process.kill()
            if random.random() < 0.5:
                ballast.unlink()
            target.service.start()
        ballast.unlink(missing_ok=True)


@pytest.mark.reliability
def test_full_disk(target: Target, base_seed: str, report) -> None:
    """What was acknowledged is there once, in order; what was refused never turns up."""
    recorder, ended = Recorder(), threading.Event()
    random = Random(f"{base_seed}/{target.service.module}")
    callers = [
        Caller(target, name, Random(f"{base_seed}/{name}"), recorder)
        for name in ("a0", "a1", "b0", "b1")
    ]
    with ThreadPoolExecutor(len(callers), "caller") as pool:
        logging = [pool.submit(caller.log_until, ended) for caller in callers]
        try:
            fill_and_empty(target, random)
        finally:
            ended.set()
        for each in logging:
            each.result()
    for caller in callers:
        caller.close()
    history = recorder.history()
    told = Counter(str(operation.answer) for operation in history)
    report(f"{target.service.module}: full {FULL_TIMES} times, {KILLS} kills, {dict(told)}")
    assert set(map(str, (STORED, Refused("ResourceExhaustedError")))) <= set(told)
    stored = (name.split("/") for name in target.stored(f"full.{target.service.ending}"))
    assert not find_misplaced((Log(name, int(number)) for name, number in stored), history)
