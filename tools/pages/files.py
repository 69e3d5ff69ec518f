"""Which pages there are."""

from __future__ import annotations

import os
from pathlib import Path

from tools.packages import ROOT

_LEFT_OUT = ("_build", "__pycache__", "build", "dist", "node_modules", "template")


def page_files() -> list[Path]:
    """Return the Markdown files of the repository, sorted; none of what was built or installed."""
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name for name in folders if name not in _LEFT_OUT and not name.startswith(".")
        ]
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)
