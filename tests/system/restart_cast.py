"""Who takes part when services fall under load: services that come back, programs that go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from session_sharing.testing.processes import ServerProcess
from tests.system.restart_program import ENDINGS

PROGRAM = Path(__file__).with_name("restart_program.py")
END_SECONDS = 60.0
HOWS = ("kill", "stop", "kill while it stops", "kill while it starts again")
"""How a service ends. Where nothing asks a process politely to stop, all but the second kill."""


def pause(random: Random, most: float) -> None:
    """Let some time pass, so that what comes next comes at a random instant."""
    threading.Event().wait(random.uniform(0.0, most))


class Service:
    """A log service, as process after process on one data folder.

    Args:
        module: Its module.
        folder: Its data folder.
        environment: Variables for it.
        arguments: Further arguments.
        moves: Each run takes another port; else that of the run before.
    """

    def __init__(
        self,
        module: str,
        folder: Path,
        environment: Mapping[str, str],
        *arguments: str,
        moves: bool,
    ) -> None:
        self.module, self.folder, self.moves = module, folder, moves
        self.ending = ENDINGS[module]
        self.addresses: list[str] = []
        self._environment = environment
        port = ["--port", "0"] if moves else []
        self._arguments = ["--data-dir", str(folder), *port, *arguments]
        self.process = self.start()

    @property
    def address(self) -> str:
        """Where it is, or was last."""
        return self.process.address

    def start(self) -> ServerProcess:
        """Start the next run; return when it is ready."""
        self.process = ServerProcess(self.module, self._arguments, self._environment)
        self.addresses.append(self.process.address)
        return self.process

    def fall(self, how: str, random: Random) -> None:
        """Let it end at a random instant.

        Args:
            how: One of `HOWS`.
            random: Says when.
        """
        pause(random, 0.3)
        if how == "stop":
            assert self.process.stop() == 0, self.process.log
            return
        if how == "kill while it stops":
            self.process.process.terminate()
            pause(random, 0.1)
        self.process.kill()
        if how == "kill while it starts again":
            again = ServerProcess(self.module, self._arguments, self._environment, wait=False)
            pause(random, 2.0)
            again.kill()

    def process_ends(self) -> None:
        """Kill it, should it still run."""
        self.process.kill()


class Program:
    """A running `restart_program.py`.

    A thread reads what it tells into `told`, which only grows.

    Args:
        name: Its name.
        services: For each service where it is; empty to find it by discovery.
        environment: Variables for it.
    """

    def __init__(
        self, name: str, services: Mapping[str, str], environment: Mapping[str, str]
    ) -> None:
        self.name, self.services = name, services
        self.told: dict[str, list[dict[str, Any]]] = {service: [] for service in services}
        self.errors: list[str] = []
        order = json.dumps({"name": name, "services": services})
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), order],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._readers = [
            threading.Thread(target=reader, name=f"{reader.__name__} of {name}", daemon=True)
            for reader in (self._read_steps, self._read_errors)
        ]
        for reader in self._readers:
            reader.start()

    def _read_steps(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            step = json.loads(line)
            self.told[step["service"]].append(step)

    def _read_errors(self) -> None:
        assert self.process.stderr
        self.errors += list(self.process.stderr)

    @property
    def steps(self) -> dict[str, int]:
        """How many steps it made with each service."""
        assert self.process.poll() is None, f"{self.name} ended early:\n{self.error}"
        return {service: len(steps) for service, steps in self.told.items()}

    @property
    def error(self) -> str:
        """What it wrote to standard error, once it has ended."""
        for reader in self._readers:
            reader.join(END_SECONDS)
        return "".join(self.errors)

    def end(self) -> int:
        """Let it end by itself; return its exit code."""
        assert self.process.stdin
        self.process.stdin.close()
        return self._ended()

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        exit_code = self.process.wait(END_SECONDS)
        for reader in self._readers:
            reader.join(END_SECONDS)
        return exit_code
