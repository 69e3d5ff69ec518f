"""Whether a file lies on a disk of this machine: in doubt it does not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from session_sharing.service import local_disks
from session_sharing.service.local_disks import is_on_local_disk

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a table of mounts")

TABLE = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:45 / /mnt/odd\\040-\\040name rw shared:7 master:2 - nfs4 server:/ext4 rw,vers=4.2
41 27 0:46 /sub /data rw - btrfs /dev/vdb rw,subvol=/sub
42 27 0:47 / /home rw - fuse.sshfs me@there:/ rw
damaged
43 27 0:48 / /cut rw
"""


@pytest.mark.parametrize(
    ("mount", "kind"),
    [("27", "ext4"), ("40", "nfs4"), ("41", "btrfs"), ("42", "fuse.sshfs"), ("43", ""), ("7", "")],
)
@linux
def test_type_of_a_mount_is_found_by_its_number(mount: str, kind: str) -> None:
    """Whatever stands in the optional fields, and in damaged lines; an unknown mount has none."""
    assert local_disks.type_of_mount(mount, TABLE) == kind


@pytest.mark.parametrize(("kind", "is_local"), [("ext4", True), ("nfs4", False), ("", False)])
@linux
def test_types_that_are_not_known_are_remote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, is_local: bool
) -> None:
    """What is not known to be a disk of this machine is taken for a share."""
    monkeypatch.setattr(local_disks, "type_of_mount", lambda mount, table: kind if mount else "x")
    assert of_new_file(tmp_path) is is_local


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a file system in memory")
@linux
def test_memory_is_local() -> None:
    """The mount of an open file is found in the table of this very system."""
    assert of_new_file(Path("/dev/shm"))


@pytest.mark.skipif(sys.platform == "linux", reason="Linux is asked above")
def test_other_platforms_answer(tmp_path: Path) -> None:
    """The folder for temporary files is on a local disk of Windows; macOS does not tell."""
    assert of_new_file(tmp_path) is (sys.platform == "win32")


def of_new_file(folder: Path) -> bool:
    """Return whether a new file in a folder is on a local disk."""
    path = folder / f"session-sharing-{os.getpid()}.probe"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        return is_on_local_disk(descriptor, path)
    finally:
        os.close(descriptor)
        path.unlink()
