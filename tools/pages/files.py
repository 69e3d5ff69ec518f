"""Which pages there are."""

from __future__ import annotations

import os
from pathlib import Path

from tools.packages import ROOT

_LEFT_OUT = ("_build", "__pycache__", "build", "dist", "node_modules")
_TO_BE_FILLED_IN = ROOT / "template" / "files"


def page_files() -> list[Path]:
    """Return the Markdown files of the repository, sorted.

    What was built or installed is left out, and so is what the scaffold fills in.
    """
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in _LEFT_OUT
            and not name.startswith(".")
            and Path(folder, name) != _TO_BE_FILLED_IN
        ]
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)
