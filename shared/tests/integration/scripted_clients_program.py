"""Programs that are killed after every number of calls: `scripted_clients_program.py ADDRESS`.

The n-th makes the first n calls of a script, on resources of its own that begin with `n-`. When all
have done so, they are killed at once, and their number is said on standard output.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
from multiprocessing.context import BaseContext

from session_sharing.testing.memory import MemoryClient

LIMIT = 30.0


SCRIPT: list[tuple[str, str] | tuple[str, str, int]] = [
    ("creator", "new", 1),
    ("alias", "new?client=x", 1),
    ("creator", "touch"),
    ("guest", "shared", 2),
    ("closer", "shared", 4),
    ("closer", "touch"),
    ("closer", "close"),
    ("auto", "auto", 0),
    ("creator", "close"),
    ("guest", "detach"),
    ("last", "auto", 4),
    ("auto", "detach"),
    ("alias", "close"),
    ("last", "close"),
]
"""Who initializes which resource with which behaviour, and what they call then."""

COUNT = len(SCRIPT)


def run(address: str, number: int, done: threading.Event) -> None:
    """Make the first calls of the script, then wait for the end."""
    held: dict[str, MemoryClient] = {}
    for client, what, *behavior in SCRIPT[:number]:
        if behavior:
            held[client] = MemoryClient(f"{number}-{what}", *behavior, address=address)
        else:
            getattr(held[client], what)()
    done.set()
    threading.Event().wait()


def start_and_kill_all(address: str, context: BaseContext) -> None:
    """Start one program for every number of calls, and kill all of them at once."""
    events = [context.Event() for _ in range(COUNT)]
    processes = [
        context.Process(target=run, args=(address, number, done), daemon=True)
        for number, done in enumerate(events, 1)
    ]
    for process in processes:
        process.start()
    for number, done in enumerate(events, 1):
        assert done.wait(LIMIT), f"program {number} did not come so far"
    for process in processes:
        process.kill()


if __name__ == "__main__":
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    method = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        method.set_forkserver_preload(["__main__", "session_sharing.testing.memory"])
    start_and_kill_all(sys.argv[1], method)
    print(COUNT, flush=True)
