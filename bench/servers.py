"""The servers that are measured: processes of their own, away from the user's station and data."""

from __future__ import annotations

from pathlib import Path

from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE
from session_sharing.testing.processes import ServerProcess


def start_logger(folder: Path) -> ServerProcess:
    """Start a JSON logger with a data folder of its own; as a context manager it stops."""
    environment = {ADDRESS_VARIABLE: "", HOME_VARIABLE: str(folder / ".no-station")}
    return ServerProcess(
        "json_logger", ["--port", "0", "--data-dir", str(folder)], environment=environment
    )


def start_nothing(folder: Path) -> ServerProcess:
    """Start the server that does nothing; as a context manager it stops."""
    return ServerProcess("bench.nothing", [str(folder)])
