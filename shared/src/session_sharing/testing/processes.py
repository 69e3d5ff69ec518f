"""Servers as processes of their own, for tests and demonstrations: started, stopped, killed."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE

READY = re.compile(r"(\S+) ready: (\S+:\d+)")
START_SECONDS = 30.0
STOP_SECONDS = 15.0


class ServerProcess:
    """A server started with `python -m MODULE`, which says when it is ready.

    Threads named `output of MODULE` read what it writes; the rest belongs to the caller's thread.
    As a context manager it stops the server.

    Args:
        module: The module to start, for example `json_logger`.
        arguments: Its arguments.
        environment: Variables to set beside those of this process.
        wait: Whether to wait for the ready line.
        folder: Its working folder; that of this process by default.

    Attributes:
        process: The process.
        address: host:port that the ready line told; empty before.
        log: The lines that it wrote to standard error so far.

    Raises:
        RuntimeError: It ended, or was not ready in time; the text holds its log.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        *,
        wait: bool = True,
        folder: Path | None = None,
    ) -> None:
        self.module = module
        self.address = ""
        self.log: list[str] = []
        self._output: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",  # what it writes in another encoding must not end the reading
            start_new_session=True,  # Ctrl-C is for the parent, which ends its servers.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same there
        )
        self._readers = [
            threading.Thread(target=reader, name=f"output of {module}", daemon=True)
            for reader in (self._read_output, self._read_log)
        ]
        for reader in self._readers:
            reader.start()
        if wait:
            self.wait_ready()

    def _read_output(self) -> None:
        assert self.process.stdout is not None, "it was started with a pipe"
        with self.process.stdout as lines:
            for line in lines:
                self._output.put(line.rstrip("\n"))
        self._output.put(None)

    def _read_log(self) -> None:
        assert self.process.stderr is not None, "it was started with a pipe"
        with self.process.stderr as lines:
            for line in lines:
                self.log.append(line.rstrip("\n"))

    def wait_ready(self, timeout: float = START_SECONDS) -> str:
        """Wait until the server is ready; return its address.

        Raises:
            RuntimeError: It ended, or was not ready in time.
        """
        try:
            line = self._output.get(timeout=timeout)
        except queue.Empty:
            line = "nothing in time"
        match = READY.fullmatch(line or "")
        if match is None:
            self.kill()
            log = "\n".join(self.log)
            raise RuntimeError(f"{self.module} is not ready: it said {line!r}, its log:\n{log}")
        self.address = match.group(2)
        return self.address

    @property
    def port(self) -> int:
        """The port that the ready line told."""
        return int(self.address.rpartition(":")[2])

    def stop(self, timeout: float = STOP_SECONDS) -> int:
        """Ask the server to stop as a console would, and return its exit code; `log` is whole then.

        Raises:
            subprocess.TimeoutExpired: It did not stop in time.
        """
        if self.process.poll() is None:
            if sys.platform == "win32":
                self.process.send_signal(signal.CTRL_BREAK_EVENT)
            else:
                self.process.send_signal(signal.SIGTERM)
        exit_code = self.process.wait(timeout)
        self._join_readers()
        return exit_code

    def kill(self) -> None:
        """End the server without warning, as a power cut would; return when it is gone."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        self._join_readers()

    def _join_readers(self) -> None:
        for reader in self._readers:
            reader.join(STOP_SECONDS)

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def running_station(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> ServerProcess:
    """Start `python -m local_station`, whose package must be installed.

    Args:
        home: The station's folder, in place of the user's.
        arguments: Its arguments.
        environment: Further variables.

    Raises:
        RuntimeError: It ended, or was not ready in time.
    """
    return ServerProcess("local_station", arguments, _in_home(home, environment))


def running_instruments(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> ServerProcess:
    """Start `python -m local_station.instruments`; the package must have its extra `instruments`.

    Args:
        home: The folder of the running station that they register with.
        arguments: Their arguments: `--circuit`, for example, and its file.
        environment: Further variables.

    Raises:
        RuntimeError: They ended, or were not ready in time.
    """
    return ServerProcess("local_station.instruments", arguments, _in_home(home, environment))


def _in_home(home: Path, environment: Mapping[str, str] | None) -> dict[str, str]:
    return {HOME_VARIABLE: str(home), ADDRESS_VARIABLE: "", **(environment or {})}
