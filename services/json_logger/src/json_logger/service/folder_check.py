"""Whether a folder takes log files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LEAST_FREE_BYTES = 16 << 20
"""What must be free: a record may have as much."""


def folder_problem(folder: Path) -> str | None:
    """Return what is wrong with a folder, a sentence for people; None if it takes log files.

    Nothing is written for it: it is asked for every other second. May block on the file system.
    """
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"The folder {folder} of log files cannot be used: {error.strerror}. Bring it back."
    if not os.access(folder, os.W_OK | os.X_OK):
        return (
            f"The folder {folder} of log files cannot be written. Give the user who runs the "
            "service the right to it."
        )
    if free < LEAST_FREE_BYTES:
        return (
            f"Less than {LEAST_FREE_BYTES >> 20} MiB are free on the disk of the folder {folder} "
            "of log files. Make room."
        )
    return None
