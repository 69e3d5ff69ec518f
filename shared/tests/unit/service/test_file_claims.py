"""One session for each file, whatever names it has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from session_sharing.errors import ResourceHeldError
from session_sharing.service.file_claims import FileClaims


def test_one_claim_for_each_file(tmp_path: Path) -> None:
    """A file is claimed once, by any of its names; other files are not concerned."""
    first, second, other = (tmp_path / name for name in ("a.log", "b.log", "c.log"))
    first.touch()
    other.touch()
    os.link(first, second)
    claims = FileClaims("log file")
    claims.claim(first.stat(), first)
    claims.claim(other.stat(), other)
    for path in (first, second):
        with pytest.raises(ResourceHeldError, match=r"The log file .* as .*a\.log"):
            claims.claim(path.stat(), tmp_path / path.name)
    claims.release(first.stat())
    claims.claim(second.stat(), second)
