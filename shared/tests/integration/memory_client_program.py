"""A program that uses sessions, for the tests: `memory_client_program.py ADDRESS MODE`.

It says on standard output how far it is, and goes on when a line comes on standard input.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys

from session_sharing.errors import PreconditionError
from session_sharing.testing.memory import MemoryClient


def say(text: str) -> None:
    """Say how far it is."""
    print(text, flush=True)


def hold(address: str) -> None:
    """Hold a session at rest, and release it when told to."""
    with MemoryClient("data", address=address) as client:
        say(client.session_name)
        sys.stdin.readline()
        client.touch()
    say("done")


def touch(address: str) -> None:
    """Use a session over and over."""
    with MemoryClient("data", address=address) as client:
        say(client.session_name)
        while True:
            client.touch()


def block(address: str) -> None:
    """Hold a session, and the interpreter for as many seconds as it is told; then use it."""
    with MemoryClient("data", address=address) as client:
        say(client.session_name)
        seconds = int(sys.stdin.readline())
        if sys.platform == "win32":
            ctypes.PyDLL("kernel32").Sleep(1000 * seconds)
        else:
            ctypes.PyDLL(None).sleep(seconds)  # A PyDLL lets no other thread of Python run.
        client.touch()
    say("done")


def two(address: str) -> None:
    """Hold two sessions, of which one is to stay."""
    first = MemoryClient("data", address=address)
    MemoryClient("kept", 3, address=address)
    say(first.session_name)
    sys.stdin.readline()


def fork(address: str) -> None:
    """Fork, use the session in the child, then in the parent."""
    with MemoryClient("data", address=address) as client:
        child = os.fork()
        if child == 0:
            os._exit(use_in_child(client))
        _, status = os.waitpid(child, 0)
        say(f"child {os.waitstatus_to_exitcode(status)}")
        client.touch()
        sys.stdin.readline()
        client.touch()
    say("parent done")


def use_in_child(client: MemoryClient) -> int:
    """Return how many of the ways to use the session were refused."""
    refused = 0
    for use in (client.touch, client.close, client.detach, client.__enter__):
        try:
            use()
        except PreconditionError as error:
            refused += str(os.getpid()) in error.message
    return refused


def spawn(address: str) -> None:
    """Let a spawned child have a session of its own beside its parent's."""
    with MemoryClient("data", address=address) as client:
        child = multiprocessing.get_context("spawn").Process(target=share, args=(address,))
        child.start()
        child.join(20)
        client.touch()
        say(f"child {child.exitcode}")


def share(address: str) -> None:
    """Use the session of another process."""
    with MemoryClient("data", 2, address=address) as client:
        client.touch()


if __name__ == "__main__":
    # A parent that runs in the background may hand down that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    modes = {mode.__name__: mode for mode in (hold, touch, block, two, fork, spawn)}
    modes[sys.argv[2]](sys.argv[1])
