"""The demonstration as people run it: what it shows is right, and nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from demo.scenes import SCENES
from session_sharing.records import parse_line

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90
MARKER = "SESSION_SHARING_TEST_MARKER"
GOOD = "Everything was as it should be."
WITHOUT_IPV6 = """
for family in all default lo; do echo 1 > /proc/sys/net/ipv6/conf/$family/disable_ipv6; done
ip link set lo up || ifconfig lo up
test ! -s /proc/net/if_inet6 && exec "$@"
"""


class Demo:
    """A running demonstration, and all that it starts: they have a marker in their environment."""

    def __init__(self, *arguments: str, before: tuple[str, ...] = (), **environment: str) -> None:
        self.marker = uuid.uuid4().hex
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "demo", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment, MARKER: self.marker},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._watchdog = threading.Timer(SECONDS, self._process.kill)
        self._watchdog.start()

    def lines_to(self, text: str, of: str = "stdout") -> list[str]:
        """Read what it shows up to a line with a text in it."""
        lines: list[str] = []
        for line in getattr(self._process, of):
            lines.append(line.rstrip("\n"))
            if text in line:
                return lines
        raise AssertionError(f"it never said {text!r}, but: {lines}")

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        code = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT
        self._process.send_signal(code)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; return exit code, output and errors."""
        output, errors = self._process.communicate(timeout=SECONDS)
        self._watchdog.cancel()
        return self._process.returncode, output, errors

    def left(self) -> list[str]:
        """Return the processes with its marker that still run."""
        return [
            " ".join(process.info["cmdline"] or [])
            for process in psutil.process_iter(["environ", "cmdline"])
            if (process.info["environ"] or {}).get(MARKER) == self.marker
        ]

    def kill(self) -> None:
        """End it if a test has failed."""
        if self._process.poll() is None:
            self.interrupt()
            self.end()


@contextmanager
def running(*arguments: str, before: tuple[str, ...] = (), **environment: str) -> Iterator[Demo]:
    demo = Demo(*arguments, before=before, **environment)
    try:
        yield demo
    finally:
        demo.kill()


def test_all_scenes_are_right(tmp_path: Path) -> None:
    """All scenes are right, in a folder with odd letters, on a poor terminal, with a second demo.

    Nothing is left of the one but its folder, and of the other nothing at all.
    """
    folder = tmp_path / "a folder with blanks, ü and 表"
    with (
        running("--folder", str(folder), PYTHONIOENCODING="ascii") as first,
        running("--scenes", "3") as second,
    ):
        assert first.left() != []
        exit_code, shown, errors = first.end()
        other_exit_code, other_shown, other_errors = second.end()
    assert (exit_code, errors) == (0, ""), shown
    assert (other_exit_code, other_errors) == (0, ""), other_shown
    assert [scene.title for scene in SCENES if f". {scene.title} ===" not in shown] == []
    assert shown.isascii()
    assert "█" in other_shown
    assert GOOD in shown
    assert GOOD in other_shown
    assert ("--folder" in shown, "--folder" in other_shown) == (False, True)
    assert first.left() == second.left() == []
    check_folder(folder)


def check_folder(folder: Path) -> None:
    """File and database have the records of both measurements, and no program is at them."""
    with (folder / "logs" / "results.ndjson").open("rb") as log:
        names = [parse_line(line).measurement_name for line in log]
    assert min(names.count("output voltage"), names.count("supply current")) > 100
    with closing(sqlite3.connect(folder / "databases" / "measurements.sqlite")) as database:
        rows = database.execute("SELECT name, count(*) FROM measurements GROUP BY name").fetchall()
    assert {name for name, _ in rows} == {"output voltage", "supply current"}
    assert min(count for _, count in rows) > 10
    assert not (folder / "station" / "DiscoveryService.json").exists()
    assert list((folder / "logs").glob(".*.lock")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="what stands for Ctrl-C there ends Python")
def test_ctrl_c_before_the_start_is_no_error() -> None:
    """Ctrl-C while Python still loads the demonstration ends it, with one line and no traceback."""
    with running(PYTHONPROFILEIMPORTTIME="1") as demo:
        demo.lines_to("grpc", of="stderr")
        demo.interrupt()
        exit_code, shown, errors = demo.end()
    told = [line for line in errors.splitlines() if not line.startswith("import time:")]
    assert (exit_code, shown) == (130, "")
    assert told == ["Interrupted: nothing is left running."]


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a scene, twice, ends all programs and removes the folder."""
    temporary = {name: str(tmp_path) for name in ("TMPDIR", "TEMP", "TMP")}
    with running(**temporary) as demo:
        demo.lines_to("=== 1.")
        assert len(demo.left()) >= 7
        demo.interrupt()
        demo.interrupt()
        exit_code, _, errors = demo.end()
    assert (exit_code, errors) == (130, "Interrupted: everything that was started has ended.\n")
    assert demo.left() == []
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_at_the_start_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C while the programs are being started ends those that were started."""
    with running("--folder", str(tmp_path)) as demo:
        demo.lines_to("Starting")
        deadline = time.monotonic() + SECONDS
        while len(demo.left()) < 2 and time.monotonic() < deadline:
            pass
        demo.interrupt()
        exit_code, _, _ = demo.end()
    assert exit_code == 130
    assert demo.left() == []


def test_keep_goes_on_until_interrupted(tmp_path: Path) -> None:
    """With `--keep` people can look at sessions that are shared, with what they are told to type.

    Meanwhile another demonstration in the same folder fails, and says why.
    """
    with running("--keep", "--scenes", "1", "--folder", str(tmp_path)) as demo:
        told = demo.lines_to("ends everything")
        assert "It stays there." in told
        until_both_hold(told)
        with running("--scenes", "1", "--folder", str(tmp_path)) as other:
            exit_code, _, errors = other.end()
        assert exit_code == 1
        assert "is held by local_station" in errors
        demo.interrupt()
        exit_code, shown, errors = demo.end()
    assert (exit_code, errors) == (0, "")
    assert GOOD in shown
    assert demo.left() == other.left() == []


def until_both_hold(told: list[str]) -> None:
    """Wait until `list`, typed as the demonstration tells, shows one session that both hold."""
    words = ("SESSION_SHARING_DISCOVERY", "session_sharing list")
    typed = [line.strip() for line in told if any(word in line for word in words)][:2]
    shell = ["powershell", "-NoProfile", "-Command", "-"] if sys.platform == "win32" else ["sh"]
    deadline = time.monotonic() + SECONDS
    holders: list[set[str]] = []
    while {"output_voltage", "supply_current"} not in holders:
        assert time.monotonic() < deadline, f"the last holders: {holders}"
        listed = subprocess.run(
            shell,
            input="\n".join(typed) + " --json\n",
            encoding="utf-8",
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        sessions = json.loads(listed.stdout)
        holders = [
            {held["holder"]["program"] for held in session["attachments"]} for session in sessions
        ]


def namespace_without_ipv6() -> tuple[str, ...]:
    """Return the command that starts a program in a network of its own without IPv6."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no `unshare` to make a network without IPv6")
    command = (unshare, "-rn", "sh", "-c", WITHOUT_IPV6, "sh")
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"no network without IPv6 can be made here: {tried.stderr.strip()}")
    return command


def test_works_without_ipv6() -> None:
    """Where IPv6 is switched off, all programs find each other all the same."""
    with running("--scenes", "2", before=namespace_without_ipv6()) as demo:
        exit_code, shown, errors = demo.end()
    assert (exit_code, errors) == (0, ""), shown
    assert demo.left() == []
