"""The pattern *Detach and close*: nobody is attached between Setup and Cleanup."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import teststand_db_writer
from session_sharing.errors import ClosePendingError, SessionExistsError
from teststand.tests.integration.modules.floor import until
from teststand_json_logger import create_file_sessions, destroy_file_sessions

PATTERN = "detach and close"
CODE_MODULES = Path(teststand_db_writer.__file__).parent
ENDED = """
import sys
sys.path.append({code_modules!r})
from teststand_json_logger import create_file_sessions
from teststand_modules.testing import SequenceContext
create_file_sessions(SequenceContext(), {pattern!r}, pin_map_id={pin_map_id!r})
print("created", flush=True)
sys.stdin.read()
"""


def killed_after_setup(floor, context, pattern):
    """Run a Setup in a process of its own, and kill it."""
    pin_map_id = floor.pin_map_id(context)
    program = ENDED.format(code_modules=str(CODE_MODULES), pattern=pattern, pin_map_id=pin_map_id)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "created\n"
        finally:
            process.kill()


def test_from_setup_to_cleanup(tidy):
    """Sessions stay open with nobody attached, measurements join, and Cleanup closes them."""
    context = tidy.context()
    create_file_sessions(context, PATTERN)
    teststand_db_writer.create_database_sessions(context, PATTERN)
    for server in (tidy.logger, tidy.writer):
        (session,) = tidy.open_logs(server)
        assert session.attachments == ()
    for pin in ("LOG", "LOG2", "DB"):
        assert tidy.log(context, pin) == (True, False)
    destroy_file_sessions()
    teststand_db_writer.destroy_database_sessions()


def test_second_setup(tidy):
    """A second execution is refused and told whose the session is; the first keeps it."""
    first, second = tidy.context(), tidy.context()
    create_file_sessions(first, PATTERN)
    with pytest.raises(SessionExistsError, match=rf"created by .*process {os.getpid()}\b"):
        create_file_sessions(second, PATTERN)
    destroy_file_sessions(second)
    assert tidy.log(first) == (True, False)
    destroy_file_sessions(first)


def test_others_hold_it_still(tidy):
    """Cleanup tells who holds the log still; it closes when they let go."""
    context = tidy.context()
    create_file_sessions(context, PATTERN, close_timeout=0.1)
    program = (
        "import sys; from json_logger import JsonLoggerClient\n"
        "with JsonLoggerClient('results.ndjson', 2): print('held', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(ClosePendingError, match=f"process {process.pid}"):
            destroy_file_sessions(context)
        assert tidy.registered() == []
        process.stdin.close()
    until(lambda: not tidy.open_logs(), "closed")


@pytest.mark.parametrize("pattern", ["hold", PATTERN])
def test_killed_test_stand(tidy, pattern):
    """What a killed TestStand left behind, the next Setup takes over, and its Cleanup ends."""
    context = tidy.context()
    killed_after_setup(tidy, context, pattern)
    if pattern == "hold":
        until(lambda: not tidy.open_logs(), "closed as its holder is dead")
    else:
        until(lambda: tidy.open_logs()[0].orphan, "known as an orphan")
    assert tidy.registered()
    create_file_sessions(context, pattern)
    assert tidy.log(context) == (True, False)
    destroy_file_sessions(context)
