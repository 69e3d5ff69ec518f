"""A service as a process: killed, stopped, out of disk space, and started again."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from session_sharing.service import keeping
from session_sharing.service.journal_file import JournalFile
from session_sharing.testing.processes import ServerProcess

LIMIT = 10.0
CLOSED, PENDING = 1, 2


def start(folder: Path) -> ServerProcess:
    """Start the smallest session service."""
    here = str(Path(__file__).parent)
    path = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    return ServerProcess("memory_service_program", [str(folder)], {"PYTHONPATH": path})


def test_client_goes_on_after_a_kill_and_a_stop(tmp_path, connect):
    """Killed with calls in flight, then stopped: what was answered holds in each next run."""
    with start(tmp_path) as first:
        raw = connect(first.address)
        held = [raw.attach(name, 1) for name in ("a", "b", "c")]
        guest = raw.attach("a?client=x", 2)
        assert raw.start_release(held[0]).result(LIMIT).outcome == PENDING
        in_flight = {
            f"n{i}": raw.start_initialize(f"n{i}", attachment_id=f"n{i}") for i in range(20)
        }
        in_flight["n0"].result(LIMIT)
        first.kill()
    answers = {name: call.result() for name, call in in_flight.items() if not call.exception(LIMIT)}
    for end in (ServerProcess.stop, ServerProcess.kill):
        with start(tmp_path) as again:
            raw = connect(again.address, raw.client_id)
            for attachment in (*held[1:], guest):
                assert raw.start_touch(attachment).result(LIMIT) == attachment
            for name, answer in answers.items():
                repeated = raw.start_initialize(name, attachment_id=name)
                assert repeated.result(LIMIT) == answer
            end(again)
    with start(tmp_path) as last:
        raw = connect(last.address, raw.client_id)
        outcomes = [raw.start_release(each).result(LIMIT).outcome for each in (guest, *held[1:])]
        assert outcomes == [CLOSED] * 3
        assert raw.attach("a", 1).session_name != held[0].session_name


def test_full_disk_stops_no_session(start_world, monkeypatch):
    """While the journal cannot be written sessions work, and the problem is told.

    As soon as there is room it is whole again: the next run has what was opened meanwhile.
    """
    monkeypatch.setattr(keeping, "RETRY_SECONDS", 0.01)
    world = start_world()
    raw = world.raw()
    before = raw.attach("before", 3)

    def full(file: JournalFile, text: str) -> None:
        file.close()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(JournalFile, "append", full)
        disk.setattr(JournalFile, "replace", full)
        meanwhile = raw.attach("meanwhile", 1)
        assert raw.start_release(before).result(LIMIT)
        assert "No space left on device" in world.service.engine.journal_problem
    world.eventually(lambda: not world.service.engine.journal_problem)
    back = start_world(world.after_kill())
    raw = back.raw(raw.client_id)
    assert raw.start_touch(meanwhile).result(LIMIT) == meanwhile
    assert sorted(len(told.attachments) for told in back.sessions()) == [0, 1]
