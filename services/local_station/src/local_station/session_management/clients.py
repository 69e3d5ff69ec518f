"""What is asked, and seen, of the clients that reserve sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Process:
    """A process that was seen behind a connection.

    Attributes:
        process_id: Its number, which another process may have later.
        started: When it began, in seconds, as `starts` tells it: so it is told from that other one.
        program: Its script, module or executable; never its arguments, which may hold secrets.
        user: Whose process it is; empty if not told.
        is_running: Tells whether it still runs, in a blocking way.
    """

    process_id: int
    started: float
    program: str
    user: str
    is_running: Callable[[], bool] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Asked:
    """Of whom is asked.

    Attributes:
        peer: The connection, as gRPC writes it.
        since: When it was used: a process that started later is another one.
        process: The process behind it, if that is known already.
    """

    peer: str
    since: datetime
    process: Process | None = None


@dataclass(frozen=True)
class Sighting:
    """What was seen of a client.

    Attributes:
        process: Its process; None if that is not known, nor was seen now.
        connected: Whether its connection is there, and not another process's.
        running: Whether its process runs; always, if it is not known.
    """

    process: Process | None = None
    connected: bool = True
    running: bool = True

    @property
    def ended(self) -> bool:
        """Whether the client is known to have ended: its connection and its process are gone."""
        return self.process is not None and not self.connected and not self.running

    @property
    def left(self) -> bool:
        """Whether its process runs, as far as is known, and its connection is gone."""
        return self.process is not None and not self.connected and self.running
