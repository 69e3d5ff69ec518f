"""The shell of a reader: commands run one after the other, servers stay until the end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from session_sharing.testing.processes import READY, START_SECONDS, STOP_SECONDS
from tools.pages.commands import command_words

_KEEP = """
trap 'code=$?; declare -px >"{state}"; pwd >"{place}"; exit $code' EXIT
set -eo pipefail
"""
_GO_ON = 'if [ -f "{state}" ]; then . "{state}"; cd "$(cat "{place}")"; fi\n'


class Shell:
    """A shell in which each block goes on where the last one ended: folder and variables.

    Args:
        checkout: The folder where it begins.
        own: A folder for what it needs itself.
        environment: Variables beside those of this process.
        python: What `python` is.

    Attributes:
        servers: What was started and stays.
    """

    def __init__(
        self,
        checkout: Path,
        own: Path,
        environment: Mapping[str, str],
        python: str = sys.executable,
    ) -> None:
        self._checkout = checkout
        self._files = {"state": own / "state", "place": own / "place"}
        programs = own / "bin"
        programs.mkdir()
        for name in ("python", "python3"):
            (programs / name).write_text(f'#!/bin/sh\nexec "{python}" "$@"\n', "utf-8")
            (programs / name).chmod(0o700)
        path = os.pathsep.join([str(programs), os.environ["PATH"]])
        self._environment = {**os.environ, **environment, "PATH": path}
        self.servers: list[Server] = []

    def run(self, script: str, seconds: float, stdin: str = "") -> tuple[int, str]:
        """Run a script; return its exit code, and all that it printed.

        Raises:
            TimeoutError: It took too long, and was ended with all that it had started.
        """
        process = _bash(
            (_GO_ON + _KEEP).format(**self._files) + script,
            self._checkout,
            self._environment,
            subprocess.PIPE,
        )
        try:
            printed, _ = process.communicate(stdin, seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            printed, _ = process.communicate(timeout=STOP_SECONDS)
            raise TimeoutError(f"did not end within {seconds:g} s:\n{printed}") from None
        except BaseException:
            _kill(process)
            raise
        return process.returncode, printed

    def start(self, line: str) -> Server:
        """Start a program that stays."""
        script = f"{_GO_ON.format(**self._files)}exec {line}"
        server = Server(line, script, self._checkout, self._environment)
        self.servers.append(server)
        return server

    def end(self) -> list[str]:
        """End what stays; return the servers that did not end in good order, with their logs."""
        for server in reversed(self.servers):
            server.ask_to_stop()
        return [line for server in reversed(self.servers) for line in server.ended()]


class Server:
    """A program that stays until the page's end."""

    def __init__(
        self, line: str, script: str, checkout: Path, environment: Mapping[str, str]
    ) -> None:
        self.line = line
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._output: list[str] = []
        self._asked_for_zero = False
        self._ended_early = False
        self._process = _bash(script, checkout, environment, subprocess.DEVNULL)
        self._reader = threading.Thread(target=self._read, name=f"output of {line}", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._output.append(line)
                if READY.fullmatch(line.rstrip("\n")):
                    self._lines.put(line)
        self._lines.put("")

    def wait_ready(self) -> str:
        """Wait for the ready line, and return it."""
        self._asked_for_zero = True
        try:
            ready = self._lines.get(timeout=START_SECONDS)
        except queue.Empty:
            ready = ""
        assert ready, f"{self.line} is not ready:\n{''.join(self._output)}"
        return ready

    def ask_to_stop(self) -> None:
        """Ask it to stop as a console would."""
        self._ended_early = self._process.poll() is not None
        if not self._ended_early:
            os.killpg(self._process.pid, signal.SIGTERM)

    def ended(self) -> list[str]:
        """Wait for its end; return what was wrong about it."""
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(self._process)
            code = self._process.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        if self._is_right(code):
            return []
        ended = "ended by itself" if self._ended_early else "ended"
        return [f"{self.line} {ended} with {code}:\n{''.join(self._output)}"]

    def _is_right(self, code: int) -> bool:
        """Say whether that is how it should end: a server has to stay, and to stop in order."""
        if self._asked_for_zero:
            return code == 0 and not self._ended_early
        return code in {0, -signal.SIGTERM}


def _bash(
    script: str, checkout: Path, environment: Mapping[str, str], stdin: int
) -> subprocess.Popen[str]:
    """Start a script with a process group of its own, by which all that it starts is ended."""
    return subprocess.Popen(
        ["bash", "-c", script],
        cwd=checkout,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="backslashreplace",
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def server_lines(text: str) -> list[str]:
    """Return the lines of a block that start servers, without comments."""
    return [line.strip() for line in text.splitlines() if command_words(line)]
