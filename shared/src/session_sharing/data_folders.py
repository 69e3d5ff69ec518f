"""Where services keep their data that are not told where."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

DATA_VARIABLE = "SESSION_SHARING_DATA"
"""The environment variable that names the data folder of services that are given none."""

PORT_SUFFIX = ".port"
"""What the file in a data folder ends in that holds the port of the last run of a service."""

TLS_PORT_SUFFIX = ".tls-port"
"""The same for its encrypted port."""


def default_data_folder(name: str) -> Path:
    """Return the data folder of a service that was given none; it need not exist.

    It is `$SESSION_SHARING_DATA`, or else the folder called `name` in the user's data folder.
    Services of different kinds may share one: what they keep there carries their names.

    Args:
        name: The service, for example `json_logger`.
    """
    return _chosen() or _of_user() / name


def default_data_folders() -> list[Path]:
    """Return the data folders that exist of all services that were given none."""
    chosen = _chosen()
    candidates = _of_user().glob("*") if chosen is None else [chosen]
    return sorted(folder for folder in candidates if folder.is_dir())


def _chosen() -> Path | None:
    chosen = os.environ.get(DATA_VARIABLE, "").strip()
    return Path(chosen).expanduser().absolute() if chosen else None


def _of_user() -> Path:
    return platformdirs.user_data_path("session-sharing", appauthor=False)
