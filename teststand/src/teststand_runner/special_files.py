"""What has a path and is no file: pipes, devices, sockets."""

from __future__ import annotations

import stat
from pathlib import Path


def is_special(path: Path) -> bool:
    """Return whether there is something that is neither a regular file nor a folder.

    To open it could block for ever, and to read it never end.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # Who opens it learns why, and says so.
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
