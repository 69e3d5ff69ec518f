"""What NI's software on a Windows machine tells of its discovery service.

NI's service holds its key file open for as long as it runs, and deletes it when it ends. Nothing
here writes to it.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

_INSTALLER_KEY = r"SOFTWARE\National Instruments\Common\Installer"
_DATA_FOLDER_VALUE = "NIPUBAPPDATADIR"


def ni_key_file_folder() -> Path | None:
    """Return the folder of NI's key file; None where NI's software is not installed."""
    if sys.platform != "win32":
        return None
    import winreg  # noqa: PLC0415  (exists on Windows only)

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _INSTALLER_KEY) as key:
            value, _ = winreg.QueryValueEx(key, _DATA_FOLDER_VALUE)
    except FileNotFoundError:
        return None
    return Path(value) / "MeasurementLink" / "Discovery" / "v1"


MAXIMUM_BYTES = 64 * 1024
"""More than any key file has."""


def read_shared(path: Path, check: Callable[[os.stat_result], None] = lambda opened: None) -> str:
    """Read a text file that its owner may hold open for deletion.

    Args:
        path: The file.
        check: Looks at the open file, and raises if it must not be read; not asked on Windows.

    Raises:
        OSError: There is no such file, or it may not be read.
    """
    if sys.platform != "win32":
        # A pipe would keep its reader waiting.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as key_file:
            opened = os.fstat(key_file.fileno())
            if not stat.S_ISREG(opened.st_mode):
                raise OSError(errno.EINVAL, "it is no regular file", str(path))
            check(opened)
            return key_file.read(MAXIMUM_BYTES).decode("utf-8-sig")
    import ctypes  # noqa: PLC0415
    import msvcrt  # noqa: PLC0415
    from ctypes import wintypes  # noqa: PLC0415

    # Python's open() does not share deletion, so Windows refuses it while the owner is running.
    create_file = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
    create_file.restype = wintypes.HANDLE
    create_file.argtypes = [
        wintypes.LPCWSTR,
        *(wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD, wintypes.DWORD),
        wintypes.HANDLE,
    ]
    generic_read, share_all, open_existing = 0x80000000, 0x7, 3
    handle = create_file(str(path), generic_read, share_all, None, open_existing, 0, None)
    if handle in (None, wintypes.HANDLE(-1).value):
        raise ctypes.WinError(ctypes.get_last_error())
    descriptor = msvcrt.open_osfhandle(handle, os.O_RDONLY)
    with os.fdopen(descriptor, encoding="utf-8-sig") as file:
        return file.read()
