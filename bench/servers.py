"""The servers that are measured: processes of their own, away from the user's station and data."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE
from session_sharing.testing.processes import ServerProcess, running_station

T = TypeVar("T")


def start_logger(folder: Path, *options: str) -> ServerProcess:
    """Start a JSON logger with a data folder of its own; as a context manager it stops.

    Args:
        folder: Its data folder.
        options: Further options.
    """
    arguments = ["--port", "0", "--data-dir", str(folder), *options]
    return ServerProcess("json_logger", arguments, _away(folder))


def start_writer(folder: Path, config: Path, secrets: Mapping[str, str]) -> ServerProcess:
    """Start a database writer; as a context manager it stops.

    Args:
        folder: Its data folder.
        config: Its configuration, with the databases.
        secrets: Variables with the passwords of databases.
    """
    arguments = ["--port", "0", "--data-dir", str(folder), "--config", str(config)]
    return ServerProcess("db_writer", arguments, {**_away(folder), **secrets})


def start_station(folder: Path) -> ServerProcess:
    """Start a station with a home of its own; as a context manager it stops."""
    return running_station(folder, "--port", "0")


def start_nothing(folder: Path) -> ServerProcess:
    """Start the server that does nothing; as a context manager it stops."""
    return ServerProcess("bench.nothing", [str(folder)])


def start_idle_writer(folder: Path) -> ServerProcess:
    """Start a database writer that stores nothing; as a context manager it stops."""
    return ServerProcess("bench.idle_writer", [str(folder)], _away(folder))


def with_server(server: ServerProcess, work: Callable[[], T]) -> tuple[T, float | None]:
    """Return the result of some work, and the processor time that a server spent meanwhile.

    It is in seconds, and None where the system does not tell.
    """
    before = _processor_seconds(server.process.pid)
    result = work()
    after = _processor_seconds(server.process.pid)
    return result, None if before is None or after is None else after - before


def _away(folder: Path) -> dict[str, str]:
    """Return the environment of a service that announces itself to nobody."""
    return {ADDRESS_VARIABLE: "", HOME_VARIABLE: str(folder / ".no-station")}


def _processor_seconds(process_id: int) -> float | None:
    if sys.platform != "linux":
        return None
    fields = Path(f"/proc/{process_id}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
