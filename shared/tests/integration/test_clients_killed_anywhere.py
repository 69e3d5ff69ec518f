"""Clients that are killed between any two of their calls."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("scripted_clients_program.py")
LIMIT = 60.0
MOST_CALLS = 20
BEFORE_CLOSER, BEFORE_AUTO = 4, 7  # calls of the script before these sessions are initialized


def test_killed_between_any_two_calls_leaves_nothing(start_world):
    """Wherever a client is killed, it holds nothing any more, and what it had to close is closed.

    Its neighbour on a session that both share still holds it.
    """
    world = start_world(grace=0)
    neighbour = world.raw()
    shared = {f"{n}-shared": neighbour.attach(f"{n}-shared") for n in range(1, MOST_CALLS)}
    run = subprocess.run(
        [sys.executable, str(PROGRAM), world.service.address],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    count = int(run.stdout)
    assert BEFORE_AUTO < count < MOST_CALLS
    world.until(lambda sessions: {told.resource_name for told in sessions} == set(shared))
    world.until(lambda sessions: all(len(told.attachments) == 1 for told in sessions))
    asked = {told.resource_name for told in world.sessions() if told.close_pending}
    assert asked == {f"{n}-shared" for n in range(BEFORE_CLOSER + 1, count + 1)}
    opened = [n for n in world.driver.opened if n not in shared]
    assert len(opened) == count + (count - BEFORE_AUTO)
    assert all(world.driver.closed[name] == world.driver.opened[name] == 1 for name in opened)
    for attachment in shared.values():
        assert neighbour.start_touch(attachment).result(LIMIT) == attachment
