"""Programs as processes, with a station of their own: started, waited for, and ended."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path

from demo.interruptions import Interruptions
from demo.scenes.steps import STATION
from measurement_support.origin import STATION_VARIABLE
from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE
from session_sharing.testing.processes import START_SECONDS, ServerProcess


class Programs:
    """Starts programs, and ends them: also what was only half started. For the main thread.

    Each has a process group of its own, so that Ctrl-C is for the demonstration alone, which then
    ends them in good order.

    Args:
        folder: Where the station and the services keep what they keep.
        pool: Waits for programs that start at the same time.
        interruptions: Ends the waiting.

    Attributes:
        folder: The same.
        servers: The programs by their names, in the order in which they were started.
    """

    def __init__(self, folder: Path, pool: Executor, interruptions: Interruptions) -> None:
        self.folder = folder
        self._pool = pool
        self._interruptions = interruptions
        self.servers: dict[str, ServerProcess] = {}

    def start_station(self) -> None:
        """Start the station; return when it is ready, as all others need it.

        Raises:
            RuntimeError: It does not start; the text says why.
            KeyboardInterrupt: Somebody asked to end.
        """
        self.begin("local_station", "--port", "0")
        self.wait_ready()

    @property
    def names(self) -> dict[int, str]:
        """The names of the programs by process id."""
        return {server.process.pid: name for name, server in self.servers.items()}

    def environment(self) -> Mapping[str, str]:
        """Return the variables by which a program joins this station, and no other."""
        station = self.servers.get("local_station")
        return {
            HOME_VARIABLE: str(self.folder / "station"),
            ADDRESS_VARIABLE: station.address if station else "",
        }

    def begin(self, module: str, *arguments: str) -> None:
        """Start a program, and do not wait until it is ready."""
        # What they write is read as UTF-8, whatever this process has to write in.
        environment = {
            **self.environment(),
            STATION_VARIABLE: STATION,
            "PYTHONIOENCODING": "utf-8",
        }
        self.servers[module] = ServerProcess(module, arguments, environment, wait=False)

    def wait_ready(self) -> None:
        """Wait until all are ready.

        Raises:
            RuntimeError: One of them does not start; the text says why.
            KeyboardInterrupt: Somebody asked to end.
        """
        starting = [server for server in self.servers.values() if not server.address]
        for future in [self._pool.submit(server.wait_ready) for server in starting]:
            self._interruptions.result(future, START_SECONDS + 5.0)

    def stop(self) -> list[str]:
        """End all programs, the last one first; return what was wrong with that.

        It leaves what each of them logged in the folder.
        """
        faults: list[str] = []
        for name, server in reversed(self.servers.items()):
            try:
                exit_code = server.stop()
            except subprocess.TimeoutExpired:
                server.kill()
                faults.append(f"{name} did not end when it was asked to, and was killed")
            else:
                if exit_code != 0:
                    faults.append(f"{name} ended with exit code {exit_code}")
            self._keep_log(name, server)
        return faults

    def _keep_log(self, name: str, server: ServerProcess) -> None:
        lines = [f"{line}{os.linesep}" for line in server.log]
        (self.folder / f"{name}.log").write_bytes("".join(lines).encode("utf-8"))
