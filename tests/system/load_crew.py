"""Four programs that log at once to one resource, for tests that disturb them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.system.load_program import LEVELS
from tests.system.telling import TellingProgram

PROGRAM = Path(__file__).with_name("load_program.py")
PROGRAMS = 4
GO_ON_SECONDS = 45.0
"""How long it may take until everybody goes on, once nothing is wrong any more."""


class LoadProgram(TellingProgram):
    """A running `load_program.py`.

    `_changed` guards what it told of its present order.

    Args:
        name: Its name.
        changed: Is notified of all that it tells; its lock guards that.
    """

    def __init__(self, name: str, changed: threading.Condition) -> None:
        self._changed = changed
        self._order = 0
        self.acknowledged: dict[str, int] = {}
        self.result: dict[str, Any] | None = None
        environment = {"PYTHONPATH": os.pathsep.join(sys.path)}  # It finds all that tests find.
        super().__init__(PROGRAM, name, environment=environment)

    def begin(self, order: dict[str, Any]) -> None:
        """Have it log."""
        with self._changed:
            self._order, self.result = self._order + 1, None
            self.acknowledged = {f"{self.name}{level}": 0 for level in LEVELS}
        self.order({**order, "name": self.name, "order": self._order})

    def _hear(self, told: dict[str, Any]) -> None:
        with self._changed:
            if told["order"] == self._order:
                self.acknowledged.update(told.get("acknowledged") or {})
                self.result = told if "ended" in told else self.result
            self._changed.notify_all()


class Load:
    """What the programs do during one order. Used by the test's thread.

    Args:
        programs: The programs.
        changed: Guards what they told.
    """

    def __init__(self, programs: list[LoadProgram], changed: threading.Condition) -> None:
        self._programs = programs
        self._changed = changed
        self.longest_pause = 0.0

    def acknowledged(self) -> dict[str, int]:
        """Return how many records of each attachment are acknowledged, as far as is known."""
        with self._changed:
            return self._acknowledged()

    def go_on(self, count: int = 2) -> None:
        """Wait until so many more records, or calls of many, of each attachment are acknowledged.

        Raises:
            AssertionError: One of them ended, or does not go on.
        """
        began = time.monotonic()
        with self._changed:
            wanted = {name: known + count for name, known in self._acknowledged().items()}
            assert self._changed.wait_for(lambda: self._is_over(wanted), GO_ON_SECONDS), wanted
            self._check()
        self.longest_pause = max(self.longest_pause, time.monotonic() - began)

    def end(self) -> dict[str, int]:
        """Let everybody end; return how many records of each attachment are acknowledged.

        Raises:
            AssertionError: An error was raised in one of the programs.
        """
        for program in self._programs:
            program.order({})
        with self._changed:
            assert self._changed.wait_for(self._all_told, GO_ON_SECONDS), "somebody does not end"
            self._check()
            return self._acknowledged()

    def _acknowledged(self) -> dict[str, int]:
        return {n: count for each in self._programs for n, count in each.acknowledged.items()}

    def _is_over(self, wanted: dict[str, int]) -> bool:
        known = self._acknowledged()
        return any(each.result for each in self._programs) or all(
            known[name] >= count for name, count in wanted.items()
        )

    def _all_told(self) -> bool:
        return all(each.result for each in self._programs)

    def _check(self) -> None:
        results = [each.result for each in self._programs if each.result]
        errors = [error for result in results for error in result["errors"]]
        assert not errors, "\n".join(errors)


class Crew:
    """The programs. Each order is theirs together; between two they wait.

    Args:
        stack: Ends them.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._changed = threading.Condition()
        self._programs = [LoadProgram(f"p{n}", self._changed) for n in range(PROGRAMS)]
        for program in self._programs:
            stack.callback(program.kill)

    @contextmanager
    def load(
        self, service: str, address: str, resource: str, seed: str, *, at_once: bool = False
    ) -> Iterator[Load]:
        """Have all of them log to a resource in the block.

        Args:
            service: The module of the service.
            address: Where it is.
            resource: The resource.
            seed: Of what they choose.
            at_once: Begin the block at once; else when all of them have logged something.
        """
        order = {"service": service, "address": address, "resource": resource, "seed": seed}
        for program in self._programs:
            program.begin(order)
        load = Load(self._programs, self._changed)
        try:
            if not at_once:
                load.go_on()
            yield load
        except BaseException:
            for program in self._programs:  # So that the next test finds them at rest.
                program.order({})
            raise
