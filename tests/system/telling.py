"""Programs of the tests that tell in lines of JSON what they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

END_SECONDS = 60.0


class TellingProgram(ABC):
    """A running program, which tells on standard output, and ends when its standard input does.

    Two threads read what it writes, and call `_hear` for each line of standard output.

    Args:
        path: The program.
        name: Its name.
        arguments: Its arguments.
        environment: Variables for it.
    """

    def __init__(
        self, path: Path, name: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._errors: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(path), *arguments],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._readers = [
            threading.Thread(target=reader, name=f"{reader.__name__} of {name}", daemon=True)
            for reader in (self._read_told, self._read_errors)
        ]
        for reader in self._readers:
            reader.start()

    @abstractmethod
    def _hear(self, told: dict[str, Any]) -> None:
        """Take what it told; called in the thread that reads."""

    def _read_told(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._hear(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr
        self._errors += list(self.process.stderr)

    @property
    def error(self) -> str:
        """What it wrote to standard error, once it has ended."""
        for reader in self._readers:
            reader.join(END_SECONDS)
        return "".join(self._errors)

    def order(self, wanted: Mapping[str, Any]) -> None:
        """Tell it something, as a line of JSON."""
        assert self.process.stdin
        print(json.dumps(wanted), file=self.process.stdin, flush=True)

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
