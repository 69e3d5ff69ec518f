"""A stand-in for TestStand's SequenceContext, with what the code modules use of it."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import Any

from teststand_modules.sequence import INSERT_IF_MISSING

_NUMBERS = itertools.count(1)


class RunTimeVariables:
    """The run-time variables of an execution, as far as they are strings.

    Methods may be called from any thread; `_guard` guards the values.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._values: dict[str, str] = {}

    def Exists(self, name: str, options: int) -> bool:
        """Tell whether there is a variable of this name."""
        with self._guard:
            return name in self._values

    def GetValString(self, name: str, options: int) -> str:
        """Return a variable.

        Raises:
            KeyError: There is none of this name; TestStand raises an error of COM.
        """
        with self._guard:
            return self._values[name]

    def SetValString(self, name: str, options: int, value: str) -> None:
        """Set a variable.

        Raises:
            KeyError: There is none of this name, and the options do not say to make it.
        """
        with self._guard:
            if name not in self._values and not options & INSERT_IF_MISSING:
                raise KeyError(name)
            self._values[name] = value


class Execution:
    """An execution.

    Args:
        number: Its id, which no other execution of the process has.

    Attributes:
        Id: Its id.
        RunTimeVariables: Its variables.
    """

    def __init__(self, number: int) -> None:
        self.Id = number
        self.RunTimeVariables = RunTimeVariables()


class SequenceFile:
    """A sequence file.

    Args:
        path: Its path.

    Attributes:
        Path: Its path.
    """

    def __init__(self, path: Path) -> None:
        self.Path = str(path)


class Engine:
    """The engine, which finds files from the folder of the sequence file alone."""

    def FindFileEx(self, **call: Any) -> tuple[bool, str, int, int, bool]:  # noqa: ANN401
        """Find a file; return whether it was found, its path, two numbers, and False.

        Args:
            **call: TestStand's arguments; `fileToFind` and `searchContext` count.
        """
        folder = Path(call["searchContext"].Path).parent
        path = (folder / call["fileToFind"].replace("\\", "/")).resolve()
        found = path.is_file()
        return found, str(path) if found else "", 0, 0, False


class SequenceContext:
    """The context of a step in an execution of its own.

    Args:
        sequence_file: The path of the sequence file, from whose folder files are found.
        execution: An execution that goes on; by default a new one.

    Attributes:
        Execution: The execution.
        Engine: The engine.
        SequenceFile: The sequence file.
    """

    def __init__(
        self, sequence_file: str | Path = "sequence.seq", execution: Execution | None = None
    ) -> None:
        self.Execution = execution or Execution(next(_NUMBERS))
        self.Engine = Engine()
        self.SequenceFile = SequenceFile(Path(sequence_file))
