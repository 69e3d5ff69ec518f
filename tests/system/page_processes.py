"""The shell of a reader: commands run one after the other, servers stay until the end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from session_sharing.testing.processes import READY, START_SECONDS, STOP_SECONDS
from tools.pages.commands import command_words

_KEEP = """
trap 'code=$?; declare -px >"{state}"; pwd >"{place}"; exit $code' EXIT
set -e
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
            subprocess.TimeoutExpired: It took too long.
        """
        finished = subprocess.run(
            ["bash", "-c", (_GO_ON + _KEEP).format(**self._files) + script],
            cwd=self._checkout,
            env=self._environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
        return finished.returncode, finished.stdout

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
        self._process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
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
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)

    def ended(self) -> list[str]:
        """Wait for its end; return what was wrong about it."""
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            code = self._process.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        wrong = self._asked_for_zero and code != 0
        return [f"{self.line} ended with {code}:\n{''.join(self._output)}"] if wrong else []


def server_lines(text: str) -> list[str]:
    """Return the lines of a block that start servers, without comments."""
    return [line.strip() for line in text.splitlines() if command_words(line)]
