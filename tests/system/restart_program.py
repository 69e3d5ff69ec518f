"""A program that uses both logs at once, over and over, while their services fall and come back.

It is told as JSON in its argument: its name, and for each service the address, empty to find it by
discovery. It tells in a line of JSON what each step came to, and ends when its standard input does.
Whatever is raised ends it with an error: over a restart nothing may be.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import cycle
from typing import Any

from db_writer import DbWriterClient
from json_logger import JsonLoggerClient
from session_sharing.client import RecordingClient
from session_sharing.errors import SessionExistsError
from session_sharing.records import Record

CLIENTS: dict[str, type[RecordingClient]] = {
    "json_logger": JsonLoggerClient,
    "db_writer": DbWriterClient,
}
ENDINGS = {"json_logger": "log", "db_writer": "sqlite"}
_telling = threading.Lock()
BEHAVIORS = (0, 1, 3, 2, 4)
"""In this order each finds on its own resource what it needs: 2 and 4 what 3 left open."""


class User:
    """Uses one service, in a thread of its own: a resource that it shares, and one that is its own.

    Args:
        name: The name of the program.
        service: The service, by its module.
        address: Where it is; empty to find it by discovery.
    """

    def __init__(self, name: str, service: str, address: str) -> None:
        self._service = service
        self._name = name
        self._address = address or None
        self._ack = "os" if name.endswith(("1", "3")) else "disk"
        self.shared, self.own = (f"{which}.{ENDINGS[service]}" for which in ("shared", name))
        self._logged: Counter[str] = Counter()

    def initialize(self, resource: str, behavior: int) -> RecordingClient:
        """Initialize a client."""
        return CLIENTS[self._service](resource, behavior, address=self._address, ack=self._ack)

    def log(self, client: RecordingClient, resource: str, count: int) -> None:
        """Log further records to a resource, numbered from 0; it counts when acknowledged."""
        first = self._logged[resource]
        numbers = range(first, first + count)
        client.log_many([Record(f"{self._name}/{number}", {}, {"n": number}) for number in numbers])
        self._logged[resource] += count

    def step(self, behavior: int, held: RecordingClient) -> dict[str, Any]:
        """Use both resources once by a behaviour; return what that came to."""
        with self.initialize(self.own, behavior) as own:
            self.log(own, self.own, 1)
            self.log(held, self.shared, 1)
            self.log(own, self.own, 3)
            visited = "" if behavior == 4 else self.visit(behavior)  # 4 would close it for all
            self.log(own, self.own, 1)
        return {
            "service": self._service,
            "behavior": behavior,
            "session": own.session_name,
            "new": own.new_session,
            "outcome": own.released.outcome.name,
            "visited": visited,
            "logged": dict(self._logged),
        }

    def visit(self, behavior: int) -> str:
        """Initialize on what all share; return the session's name, or that it is refused."""
        try:
            with self.initialize(f"{self.shared}?client=visit", behavior) as visit:
                self.log(visit, self.shared, 2)
                return visit.session_name
        except SessionExistsError:
            return "refused"

    def use(self, ended: threading.Event) -> None:
        """Make one step after the other, holding what is shared all the time."""
        with self.initialize(f"{self.shared}?client={self._name}", 2) as held:
            for behavior in cycle(BEHAVIORS):
                told = json.dumps(self.step(behavior, held))
                with _telling:
                    print(told, flush=True)
                if ended.is_set():
                    return


def main() -> None:
    """Use all services until standard input ends."""
    wanted, ended = json.loads(sys.argv[1]), threading.Event()
    users = [User(wanted["name"], *service) for service in wanted["services"].items()]
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with ThreadPoolExecutor(len(users), "user") as pool:
        for use in as_completed([pool.submit(user.use, ended) for user in users]):
            try:
                use.result()
            finally:
                ended.set()


if __name__ == "__main__":
    main()
