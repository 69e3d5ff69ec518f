"""Who this process is, as it tells services and other processes."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from session_sharing.information import ClientIdentity
from session_sharing.utc import utc_now

_FIRST_SEEN = utc_now()
_WINDOWS_EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)


def this_client() -> ClientIdentity:
    """Describe this process: its program, host, process id and start, user, and boot id."""
    return ClientIdentity(
        program=_program(),
        host=socket.gethostname(),
        process_id=os.getpid(),
        process_started=_process_started(),
        user=_user(),
        boot_id=_boot_id(),
    )


def _program() -> str:
    """Name the program: its script, or its module as in `python -m`."""
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return str(spec.name).removesuffix(".__main__")
    return Path(sys.argv[0]).name or Path(sys.executable).name or "python"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # No such user on this machine, as in some containers.
        return ""


def _boot_id() -> str:
    """Identify the run of the operating system where it tells; empty elsewhere."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _process_started() -> datetime:
    """Return when this process started; where nothing tells, when this module was loaded."""
    if sys.platform == "win32":
        return _windows_start()
    if sys.platform == "linux":
        return _linux_start()
    return _FIRST_SEEN


def _linux_start() -> datetime:
    if sys.platform == "win32":  # Told to type checkers: Windows has no sysconf.
        return _FIRST_SEEN
    try:
        fields = Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()
        ticks = int(fields[19])  # Field 22 of proc(5), counted from the third.
        boot = Path("/proc/stat").read_text("ascii").partition("\nbtime ")[2].split()[0]
    except (OSError, ValueError, IndexError):
        return _FIRST_SEEN
    seconds = int(boot) + ticks / os.sysconf("SC_CLK_TCK")
    return datetime.fromtimestamp(seconds, timezone.utc)


def _windows_start() -> datetime:
    if sys.platform != "win32":
        return _FIRST_SEEN
    import ctypes  # noqa: PLC0415 - Windows only
    from ctypes import wintypes  # noqa: PLC0415

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    created, *others = (wintypes.FILETIME() for _ in range(4))
    process = wintypes.HANDLE(kernel.GetCurrentProcess())
    if not kernel.GetProcessTimes(process, *map(ctypes.byref, (created, *others))):
        return _FIRST_SEEN
    ticks = (created.dwHighDateTime << 32) | created.dwLowDateTime
    return _WINDOWS_EPOCH + timedelta(microseconds=ticks // 10)
