"""Who this process is, as it tells services and other processes."""

from __future__ import annotations

import ctypes
import getpass
import os
import socket
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from session_sharing.information import ClientIdentity
from session_sharing.utc import utc_now

_FIRST_SEEN = utc_now()
_WINDOWS_BOOTS = (
    r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
)
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
        started_after_boot=started_after_boot(os.getpid()),
    )


def started_after_boot(process_id: int) -> float:
    """Return how long after the boot a process of this machine started, in seconds.

    No step of the clock changes it. 0 where it is not told: on Linux alone it is.
    """
    if sys.platform != "linux":
        return 0.0
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text("latin-1").rpartition(")")[2].split()
        ticks = int(fields[19])  # Field 22 of proc(5), counted from the third.
    except (OSError, ValueError, IndexError):
        return 0.0
    return ticks / os.sysconf("SC_CLK_TCK")


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
    if sys.platform == "win32":
        return _windows_boot_id()
    if sys.platform == "darwin":
        return _macos_boot_id()
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _windows_boot_id() -> str:
    """Return the number that the loader of Windows gives to each start, as the registry has it."""
    if sys.platform != "win32":
        return ""
    import winreg  # noqa: PLC0415 - Windows only

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _WINDOWS_BOOTS) as key:
            number, _ = winreg.QueryValueEx(key, "BootId")
    except OSError:
        return ""
    return f"windows-{number}"


def _macos_boot_id() -> str:
    """Return the UUID that macOS makes for each start."""
    libc = ctypes.CDLL(None)
    uuid = ctypes.create_string_buffer(64)
    size = ctypes.c_size_t(len(uuid))
    if libc.sysctlbyname(b"kern.bootsessionuuid", uuid, ctypes.byref(size), None, 0) != 0:
        return ""
    return uuid.value.decode("ascii", "replace")


def _process_started() -> datetime:
    """Return when this process started; where nothing tells, when this module was loaded."""
    if sys.platform == "win32":
        return _windows_start()
    if sys.platform == "linux":
        return _linux_start()
    return _FIRST_SEEN


def _linux_start() -> datetime:
    after_boot = started_after_boot(os.getpid())
    try:
        boot = Path("/proc/stat").read_text("ascii").partition("\nbtime ")[2].split()[0]
        seconds = int(boot) + after_boot
    except (OSError, ValueError, IndexError):
        return _FIRST_SEEN
    return datetime.fromtimestamp(seconds, timezone.utc) if after_boot else _FIRST_SEEN


def _windows_start() -> datetime:
    if sys.platform != "win32":
        return _FIRST_SEEN
    from ctypes import wintypes  # noqa: PLC0415 - Windows only

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    created, *others = (wintypes.FILETIME() for _ in range(4))
    process = wintypes.HANDLE(kernel.GetCurrentProcess())
    if not kernel.GetProcessTimes(process, *map(ctypes.byref, (created, *others))):
        return _FIRST_SEEN
    ticks = (created.dwHighDateTime << 32) | created.dwLowDateTime
    return _WINDOWS_EPOCH + timedelta(microseconds=ticks // 10)
