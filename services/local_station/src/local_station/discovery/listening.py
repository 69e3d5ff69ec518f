"""Which processes listen at the ports of this machine, as far as the operating system tells.

Linux tells of the processes of other users nobody but root, macOS nobody at all.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import psutil

Listener = tuple[int, float]
"""A process: its number, and when it began."""

_HIDDEN = (psutil.AccessDenied, psutil.NoSuchProcess)
logger = logging.getLogger(__name__)


def listeners() -> Mapping[int, frozenset[Listener]]:
    """Return the processes that listen, by port, in a blocking way: it takes some 30 ms.

    Who is not told of is not in it; nobody is if the system, or psutil with what it says, fails.
    """
    found: defaultdict[int, set[Listener]] = defaultdict(set)
    try:
        for port, process_id in set(_listening()):
            with suppress(*_HIDDEN):
                found[port].add((process_id, psutil.Process(process_id).create_time()))
    except (psutil.Error, OSError, RuntimeError) as error:
        logger.warning("It was not found out who listens: %r", error)
        return {}
    return {port: frozenset(there) for port, there in found.items() if there}


def _listening() -> Iterator[tuple[int, int]]:
    try:
        yield from _ports(psutil.net_connections("tcp"))
    except psutil.AccessDenied:  # macOS, but for root
        for process in psutil.process_iter():
            try:
                ends = process.net_connections("tcp")
            except _HIDDEN:
                continue
            yield from _ports(ends, process.pid)


def _ports(connections: list[Any], owner: int = 0) -> Iterator[tuple[int, int]]:
    """Return ports that are listened at, and who does: those of one process do not say so."""
    for one in connections:
        process_id = owner or one.pid
        if one.status == psutil.CONN_LISTEN and process_id:
            yield one.laddr.port, process_id
