"""Random histories of clients that die or come back, of a service that is killed and stopped."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from session_sharing.core import Registry
from session_sharing.service import SessionEngine
from session_sharing.testing.history import UNANSWERED, Operation
from session_sharing.testing.memory import MemoryDriver, add_memory_servicer
from session_sharing.testing.memory_door import MemoryDoor
from session_sharing.testing.processes import ServerProcess
from session_sharing.testing.racy import AnswersRepeatsAnew, ForgetsTheLast
from session_sharing.testing.restarting import Restarting, RestartingProcess
from session_sharing.testing.restarting_locally import RestartingLocally
from session_sharing.testing.session_calls import (
    CLOSED,
    ENDED,
    EXISTS,
    LEFT_OPEN,
    NOT_FOUND,
    PENDING,
    STORED,
    Got,
)
from session_sharing.testing.workload import random_history
from tests.system.findings import Findings

AT_ONCE = 6  # histories, each on a resource of its own
CLIENTS, CALLS = (3, 5), (40, 60)
GRACE, RECOVERY_GRACE = 0.03, 0.2  # seconds
ROUNDS = int(os.environ.get("SESSION_SHARING_CRASH_ROUNDS", "100"))
WITHIN = 60  # histories, in which a wrong registry must be found out
LIMITED = 5_000  # configurations; who is wrong may need more, and is found out by another history
SECONDS = 60.0

Report = Callable[[str], None]


async def one_history(service: Restarting, name: str, base_seed: str) -> list[Operation]:
    """Let some clients work on a resource."""
    seed = f"{base_seed}:{name}"
    random = Random(seed)
    doors = [MemoryDoor(f"client {n} of {name}", service) for n in range(random.randint(*CLIENTS))]
    try:
        return await random_history(doors, name, seed, random.randint(*CALLS))
    finally:
        for door in doors:
            await door.close()


async def disturb(service: Restarting, random: Random, answers: int) -> None:
    """Kill or stop the service within so many answers, and start it again."""
    await service.after_answers(random.randint(1, answers), SECONDS)
    await (service.kill() if random.random() < 0.6 else service.stop())
    await service.start()


async def one_round(
    service: Restarting, number: int, base_seed: str, at_once: int
) -> list[list[Operation]]:
    """Run some histories at once; while they run the service is started again."""
    names = [f"{number}-{index}" for index in range(at_once)]
    random = Random(f"{base_seed}:{number}")
    *histories, _ = await asyncio.gather(
        *(one_history(service, name, base_seed) for name in names),
        disturb(service, random, at_once * CALLS[0] // 2),
    )
    return histories


async def run_rounds(
    service: Restarting, base_seed: str, rounds: int, at_once: int, findings: Findings
) -> Findings:
    """Run and check histories, until one is wrong."""
    await service.start()
    for number in range(rounds):
        for history in await one_round(service, number, base_seed, at_once):
            wrong = findings.take(history)
            if wrong:
                findings.blame(findings.count - 1, base_seed, wrong)
                return findings
    return findings


def check_process(folder: Path, base_seed: str, rounds: int, report: Report) -> None:
    """Run histories on a real service, and kill it."""
    here = str(Path(__file__).parent)
    path = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    arguments = [str(folder), str(GRACE), str(RECOVERY_GRACE)]

    async def run() -> Findings:
        service = RestartingProcess(
            lambda: ServerProcess("memory_program", arguments, {"PYTHONPATH": path})
        )
        try:
            return await run_rounds(service, base_seed, rounds, AT_ONCE, Findings())
        finally:
            await service.kill()

    began = time.perf_counter()
    findings = asyncio.run(run())
    report(f"{rounds} times killed or stopped, in {time.perf_counter() - began:.1f} s {findings}")
    assert findings.first_wrong is None, findings.wrong
    kinds = [Got("", True), Got("", False), EXISTS, NOT_FOUND, CLOSED, PENDING, LEFT_OPEN, STORED]
    assert all(findings.answers[kind] >= rounds for kind in [*kinds, ENDED, UNANSWERED])


def test_histories_with_crashes_are_linearizable(
    tmp_path: Path, base_seed: str, report: Report
) -> None:
    """Whoever is killed, clients or service, the answers are those of some order of the calls.

    A restart changes nothing; a client that is gone for good lets go of everything at some moment.
    """
    check_process(tmp_path, base_seed, 3, report)


@pytest.mark.reliability
@pytest.mark.timeout(60 + 5 * ROUNDS)
def test_many_histories_with_crashes_are_linearizable(
    tmp_path: Path, base_seed: str, report: Report
) -> None:
    """The same for long: SESSION_SHARING_CRASH_ROUNDS says how often the service is killed."""
    check_process(tmp_path, f"{base_seed} long", ROUNDS, report)


@asynccontextmanager
async def local_service(
    registry: type[Registry], folder: Path
) -> AsyncIterator[RestartingLocally[list[str]]]:
    """Serve on this event loop with another registry."""

    def make_engine() -> SessionEngine[list[str]]:
        decides = registry(lambda: secrets.token_urlsafe(24), lambda: secrets.token_hex(4))
        return SessionEngine(
            MemoryDriver(), grace=GRACE, recovery_grace=RECOVERY_GRACE, registry=decides
        )

    service = RestartingLocally("memory", make_engine, add_memory_servicer, folder)
    try:
        yield service
    finally:
        await service.close()


def run_with(
    registry: type[Registry], folder: Path, base_seed: str, rounds: int, findings: Findings
) -> Findings:
    """Run histories, one after the other, on a service that decides by a registry."""

    async def run() -> Findings:
        async with AsyncExitStack() as stack:
            service = await stack.enter_async_context(local_service(registry, folder))
            return await run_rounds(service, base_seed, rounds, 1, findings)

    return asyncio.run(run())


@pytest.mark.parametrize("registry", [ForgetsTheLast, AnswersRepeatsAnew])
def test_registries_that_forget_are_found_out(
    registry: type[Registry], tmp_path: Path, base_seed: str, report: Report
) -> None:
    """A registry that comes back without the last entry, or with another answer, is found out."""
    findings = run_with(registry, tmp_path, base_seed, WITHIN, Findings(LIMITED))
    assert findings.first_wrong is not None, f"{registry.__name__} passed {WITHIN} histories"
    report(f"{registry.__name__} was found out in history {findings.first_wrong}")
    assert "No order of the calls explains their answers" in findings.wrong


def test_the_right_registry_is_not_blamed_after_crashes(tmp_path: Path, base_seed: str) -> None:
    """In the setting in which registries that forget are found out, the right one passes."""
    findings = run_with(Registry, tmp_path, base_seed, 5, Findings())
    assert findings.first_wrong is None, findings.wrong
