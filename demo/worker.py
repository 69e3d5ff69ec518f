"""A program of the demonstration: it does what it is told, a line of JSON at a time.

It stands for a measurement program. The commands are `open`, `log` and `release`; each is answered
with a line of JSON on standard output.
"""

from __future__ import annotations

import json
import logging
import math
import sys
from typing import Any

from json_logger import JsonLoggerClient, RecordContext
from session_sharing import SharingError, join_local_station


class Worker:
    """Holds one session, between the commands `open` and `release`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client: JsonLoggerClient | None = None

    def execute(self, command: dict[str, Any]) -> dict[str, Any]:
        """Execute one command; an error of the session service is an answer like any other."""
        try:
            return {"ok": True, **getattr(self, f"_{command.pop('do')}")(**command)}
        except SharingError as error:
            return {"ok": False, "error": type(error).__name__, "text": error.message}

    def _open(self, resource: str, behavior: int) -> dict[str, Any]:
        self._client = JsonLoggerClient(resource, behavior)
        return {"new_session": self._client.new_session, "session": self._client.public_id}

    def _log(self, count: int) -> dict[str, Any]:
        if self._client is None:
            raise RuntimeError("`log` comes after `open`")
        context = RecordContext(serial_number="SN-0001", site=0, operator="demo")
        for index in range(count):
            outputs = {"index": index, "reading": math.sin(index / 10)}
            self._client.log(self._name, {"range": 10.0}, outputs, context=context)
        return {"logged": count}

    def _release(self) -> dict[str, Any]:
        if self._client is None:
            raise RuntimeError("`release` comes after `open`")
        with self._client as client:
            self._client = None
        return {"outcome": client.released.outcome.value if client.released else "unknown"}


def main() -> None:
    """Execute commands until standard input ends."""
    join_local_station()
    # What the library warns of here is what the demonstration shows.
    logging.getLogger("session_sharing").setLevel(logging.ERROR)
    worker = Worker(sys.argv[1])
    print(json.dumps({"ok": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(worker.execute(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
