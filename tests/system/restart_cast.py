"""Who takes part when services fall under load: services that come back, programs that go on."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from session_sharing.testing.processes import ServerProcess
from tests.system.restart_program import ENDINGS
from tests.system.telling import TellingProgram

PROGRAM = Path(__file__).with_name("restart_program.py")
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


class Program(TellingProgram):
    """A running `restart_program.py`.

    What it tells goes into `told`, which only grows.

    Args:
        name: Its name.
        services: For each service where it is; empty to find it by discovery.
        environment: Variables for it.
    """

    def __init__(
        self, name: str, services: Mapping[str, str], environment: Mapping[str, str]
    ) -> None:
        self.services = services
        self.told: dict[str, list[dict[str, Any]]] = {service: [] for service in services}
        order = json.dumps({"name": name, "services": services})
        super().__init__(PROGRAM, name, order, environment=environment)

    def _hear(self, told: dict[str, Any]) -> None:
        self.told[told["service"]].append(told)

    @property
    def steps(self) -> dict[str, int]:
        """How many steps it made with each service."""
        assert self.process.poll() is None, f"{self.name} ended early:\n{self.error}"
        return {service: len(steps) for service, steps in self.told.items()}
