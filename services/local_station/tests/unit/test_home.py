"""The folder of a station."""

from __future__ import annotations

import errno
import shutil
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


@pytest.mark.skipif(sys.platform == "win32", reason="what is open cannot be deleted there")
def test_folder_that_somebody_deletes_is_told_of_once(tmp_path, caplog):
    """Whoever reads the log learns why no program finds the station; the folder stays deleted."""
    folder = tmp_path / "home"
    home = StationHome.take(folder, None)
    home.write_key_file(1)
    home.keep_key_file()
    assert caplog.messages == []
    shutil.rmtree(folder)
    home.keep_key_file()
    home.keep_key_file()
    home.release()
    (told,) = caplog.messages
    assert "no program finds this station any more" in told
    assert not folder.exists()
