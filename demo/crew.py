"""The processes of the demonstration: station, logger, and the workers that share the log."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from session_sharing.testing.processes import ServerProcess

ROOT = Path(__file__).resolve().parent.parent
END_SECONDS = 10.0


class WorkerProcess:
    """A worker as a process of its own; it ends when its standard input does."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "demo.worker", name],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the demonstration, which ends its workers.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.process_id = self._process.pid

    def tell(self, do: str, **arguments: object) -> None:
        """Give a command; `answer` waits for what comes of it."""
        if self._process.stdin is None:
            raise RuntimeError("a worker always has a standard input")
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for the answer to the oldest command without one.

        Raises:
            RuntimeError: The worker has ended.
        """
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self.name} ended with exit code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """Let the worker end; one that does not is ended."""
        try:
            self._process.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Crew:
    """Station, logger and workers; as a context manager it starts and ends them all.

    Args:
        folder: Where the station and the logger keep their data.
        environment: The environment of all processes.
        names: The names of the workers.
    """

    def __init__(self, folder: Path, environment: dict[str, str], names: Iterable[str]) -> None:
        self._folder = folder
        self._environment = {**environment, "LOCAL_STATION_HOME": str(folder / "station")}
        self._names = list(names)
        self._stack = ExitStack()
        self.data_folder = folder / "logs"

    def __enter__(self) -> Crew:
        with ExitStack() as stack:
            self.station = self._start(stack, "local_station", "--port", "0")
            data = ["--port", "0", "--data-dir", str(self.data_folder)]
            self.logger = self._start(stack, "json_logger", *data)
            self.workers: dict[str, WorkerProcess] = {}
            for name in self._names:
                self.workers[name] = WorkerProcess(name, self._environment)
                stack.callback(self.workers[name].end)
            for worker in self.workers.values():
                worker.answer()
            self._stack = stack.pop_all()
        return self

    def on_end(self, callback: Callable[[], None]) -> None:
        """Call back before anybody is stopped."""
        self._stack.callback(callback)

    def _start(self, stack: ExitStack, module: str, *arguments: str) -> ServerProcess:
        return stack.enter_context(ServerProcess(module, arguments, self._environment))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)
