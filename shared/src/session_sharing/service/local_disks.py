"""Whether a file lies on a disk of this machine, where small writes end at once.

What hands a write to the memory of this machine takes a microsecond. A share may answer after any
time, or never, so nothing that must not wait may write to it. In doubt a file is taken for remote.
"""

from __future__ import annotations

import sys
from pathlib import Path

_LOCAL_TYPES = frozenset({
    *("bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "xfs", "zfs"),
    *("exfat", "ntfs", "ntfs3", "vfat"),
    *("overlay", "ramfs", "tmpfs"),
})  # fmt: skip
_SEPARATOR = "-"
"""What stands before the type of a mount, behind fields of which there are more or fewer."""

if sys.platform == "win32":
    import ctypes

    _LOCAL_KINDS = frozenset({3, 6})  # DRIVE_FIXED and DRIVE_RAMDISK
    _LONGEST_PATH = 32_768

    def is_on_local_disk(descriptor: int, path: Path) -> bool:
        """Return whether an open file lies on a disk of this machine; False if that is not known.

        Args:
            descriptor: The file.
            path: Where it lies.
        """
        volume = ctypes.create_unicode_buffer(_LONGEST_PATH)
        kernel = ctypes.windll.kernel32
        if not kernel.GetVolumePathNameW(str(path), volume, _LONGEST_PATH):
            return False
        return kernel.GetDriveTypeW(volume.value) in _LOCAL_KINDS

elif sys.platform == "linux":

    def is_on_local_disk(descriptor: int, path: Path) -> bool:
        """Return whether an open file lies on a disk of this machine; False if that is not known.

        Args:
            descriptor: The file.
            path: Where it lies.
        """
        try:
            mount = _mount_of(Path(f"/proc/self/fdinfo/{descriptor}").read_text("utf-8"))
            table = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        except OSError:  # There is no /proc here.
            return False
        return type_of_mount(mount, table) in _LOCAL_TYPES

else:

    def is_on_local_disk(descriptor: int, path: Path) -> bool:
        """Return False: neither macOS nor others tell it by what Python has.

        Args:
            descriptor: The file.
            path: Where it lies.
        """
        return False


def _mount_of(description: str) -> str:
    """Return the number of the mount that Linux describes an open file with; empty if none."""
    fields = (line.partition(":") for line in description.splitlines())
    return next((value.strip() for name, _, value in fields if name == "mnt_id"), "")


def type_of_mount(mount: str, table: str) -> str:
    """Return the type of the file system of a mount; empty if the table does not tell it.

    By the number, as the device of a file is not that of its mount on btrfs and overlay.

    Args:
        mount: The number of the mount.
        table: The table of mounts, in the form of `/proc/self/mountinfo`.
    """
    for line in table.splitlines():
        fields = line.split(" ")
        if fields[0] == mount and _SEPARATOR in fields[6:]:
            return fields[fields.index(_SEPARATOR, 6) + 1]
    return ""
