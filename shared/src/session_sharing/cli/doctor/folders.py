"""Looking at data folders."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from session_sharing.cli.doctor.facts import Folder


def look_at_folder(path: str) -> Folder:
    """Look how much room a folder has, and whether it can be written; may block."""
    try:
        free = shutil.disk_usage(path).free
    except OSError as error:
        return Folder(path, None, error.strerror or str(error))
    return Folder(path, free, _refusal(Path(path)))


def _refusal(path: Path) -> str:
    """Return why nothing can be written in a folder; it is tried, as rights alone do not tell."""
    try:
        with tempfile.TemporaryFile(prefix=".doctor.", dir=path):
            return ""
    except OSError as error:
        return error.strerror or str(error)
