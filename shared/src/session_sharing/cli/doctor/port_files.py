"""The files in which services remember their ports, and the locks beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from session_sharing.data_folders import PORT_SUFFIX
from session_sharing.discovery.address import is_port
from session_sharing.discovery.lock_files import process_in
from session_sharing.discovery.ni_software import read_shared


@dataclass(frozen=True)
class PortFile:
    """The port of the last run of a service.

    Attributes:
        path: The file.
        name: The service.
        port: The port.
        process: Who had the data folder last; empty if nothing tells.
    """

    path: Path
    name: str
    port: int
    process: str = ""

    @property
    def address(self) -> str:
        """The host:port where the service was, and perhaps is."""
        return f"localhost:{self.port}"


def port_files_in(folder: Path, suffix: str = PORT_SUFFIX) -> list[PortFile]:
    """Return what the services remember that have this data folder; files of others are left out.

    May block on the file system.

    Args:
        folder: The data folder.
        suffix: What the files end in: which of a service's ports is wanted.
    """
    found = []
    for path in sorted(folder.glob(f"*{suffix}")):
        port = _port_in(path)
        if port is not None:
            process = process_in(path.with_name(f".{path.stem}.lock"))
            found.append(PortFile(path, path.stem, port, process))
    return found


def _port_in(path: Path) -> int | None:
    try:
        text = read_shared(path).strip()
    except (OSError, ValueError):
        return None
    return int(text) if is_port(text) else None
