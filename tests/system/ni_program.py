"""A program of NI's SDK as a process: joined to a station, and ended as its text says."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

START_SECONDS = 30.0
STOP_SECONDS = 15.0


class NiProgram:
    """A script that serves until a line is typed, started as users start it.

    Args:
        script: The script, which runs in its own folder, and asks for the line when it serves.
        environment: What names the station.
        log: Where its standard error goes.
        arguments: The script's own.

    Raises:
        AssertionError: It did not serve in time; the text holds its log.
    """

    def __init__(
        self, script: Path, environment: Mapping[str, str], log: Path, *arguments: str
    ) -> None:
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "session_sharing", "run", script.name, *arguments],
                cwd=script.parent,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None, "it was started with a pipe"
        too_late = threading.Timer(START_SECONDS, self._process.kill)
        too_late.start()
        prompt = self._process.stdout.readline()
        too_late.cancel()
        assert "Press enter" in prompt, log.read_text("utf-8")

    def stop(self) -> int:
        """Type the line that ends it; return its exit code."""
        self._process.communicate("\n", timeout=STOP_SECONDS)
        return self._process.returncode

    def __enter__(self) -> NiProgram:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
