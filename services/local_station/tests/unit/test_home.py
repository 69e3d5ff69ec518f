"""The folder of a station."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from local_station.home import StationHome
from session_sharing.errors import AccessDeniedError


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
def test_folder_that_cannot_be_made_private_is_refused_in_words(tmp_path, monkeypatch):
    """On a file system that is read-only, a mode that is right is left, and a wrong one told of."""

    def refuse(path, mode):
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(AccessDeniedError, match=r"cannot be made private \(Read-only"):
        StationHome.take(tmp_path, None)
    monkeypatch.undo()
    tmp_path.chmod(0o700)
    monkeypatch.setattr(Path, "chmod", refuse)
    StationHome.take(tmp_path, None).release()
