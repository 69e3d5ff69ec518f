"""Who a process says it is, looked at from another process."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from session_sharing.identity import this_client

SAY = """
from session_sharing.identity import this_client
me = this_client()
print(me.program, me.host, me.process_id, me.process_started.isoformat(), me.user, me.boot_id)
"""
LIMIT = 20.0


def run(*arguments: str, cwd: Path) -> tuple[list[str], int]:
    """Run a program that says who it is; return its words and its process id."""
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, cwd=cwd
    )
    out, _ = process.communicate(timeout=LIMIT)
    return out.rstrip("\n").split(" "), process.pid


def test_process_describes_itself(tmp_path):
    """A process tells its program, host, process id, start and user as others see them."""
    (tmp_path / "measure.py").write_text(SAY, "utf-8")
    before = datetime.now(timezone.utc)
    words, pid = run("measure.py", cwd=tmp_path)
    after = datetime.now(timezone.utc)
    assert words[:3] == ["measure.py", socket.gethostname(), str(pid)]
    # The boot time, of which Linux reckons, is told in whole seconds.
    slack = timedelta(seconds=2)
    assert before - slack <= datetime.fromisoformat(words[3]) <= after + slack
    assert words[4] == getpass.getuser()


@pytest.mark.parametrize("name", ["station_check", "station_check.__main__"])
def test_module_is_named_as_it_was_started(tmp_path, name):
    """A program started with `python -m` is told by its module's name, package or not."""
    package = tmp_path / "station_check"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(SAY, "utf-8")
    words, _ = run("-m", name, cwd=tmp_path)
    assert words[0] == "station_check"


def test_program_without_a_file_has_a_name(tmp_path):
    """A program that is no file, as in `python -c`, is told nevertheless."""
    words, _ = run("-c", SAY, cwd=tmp_path)
    assert words[0]


def test_identity_of_a_process_stays():
    """A process is the same whenever it is asked: holders are compared by it."""
    first = this_client()
    time.sleep(0)
    assert this_client() == first
    assert first.process_id == os.getpid()


def test_all_processes_of_one_boot_share_its_id(tmp_path):
    """The boot id is the same for all processes until the machine starts anew."""
    words, _ = run("-c", SAY, cwd=tmp_path)
    assert words[5] == this_client().boot_id
    if sys.platform != "win32":  # There a setting may hide it.
        assert words[5]


def test_user_without_a_name(monkeypatch):
    """A user whom the machine does not know, as in some containers, is no reason to fail."""

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert this_client().user == ""
