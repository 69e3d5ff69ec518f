"""Jobs of Windows: all that a program starts is in its job, and can be ended with it."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    import logging
    import weakref
    from ctypes import wintypes

    _SET_QUOTA, _TERMINATE = 0x0100, 0x0001
    _ACCOUNTING, _EXTENDED_LIMITS = 1, 9
    _BREAKAWAY_OK = 0x0800
    _ENDED_BY_FORCE = 1

    logger = logging.getLogger(__name__)

    class _Accounting(ctypes.Structure):
        """JOBOBJECT_BASIC_ACCOUNTING_INFORMATION."""

        _fields_ = (
            ("times", wintypes.LARGE_INTEGER * 4),
            ("page_faults", wintypes.DWORD),
            ("processes", wintypes.DWORD),
            ("active_processes", wintypes.DWORD),
            ("terminated_processes", wintypes.DWORD),
        )

    class _Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; of its fields one is used."""

        _fields_ = (
            ("times", wintypes.LARGE_INTEGER * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("active_processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority_and_scheduling", wintypes.DWORD * 2),
            ("transfers", ctypes.c_uint64 * 6),
            ("memory", ctypes.c_size_t * 4),
        )

    def _kernel() -> ctypes.WinDLL:
        """Return the functions that are used, with handles as wide as they are."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        handle, number, pointer = wintypes.HANDLE, wintypes.DWORD, ctypes.c_void_p
        for name, result, arguments in (
            ("CreateJobObjectW", handle, (pointer, wintypes.LPCWSTR)),
            ("OpenProcess", handle, (number, wintypes.BOOL, number)),
            ("AssignProcessToJobObject", wintypes.BOOL, (handle, handle)),
            ("SetInformationJobObject", wintypes.BOOL, (handle, ctypes.c_int, pointer, number)),
            (
                "QueryInformationJobObject",
                wintypes.BOOL,
                (handle, ctypes.c_int, pointer, number, pointer),
            ),
            ("TerminateJobObject", wintypes.BOOL, (handle, wintypes.UINT)),
            ("CloseHandle", wintypes.BOOL, (handle,)),
        ):
            function = getattr(kernel, name)
            function.restype, function.argtypes = result, arguments
        return kernel

    _KERNEL = _kernel()

    class Job:
        """A job; it goes with this object, what is in it runs on.

        Args:
            handle: The handle of the job, which belongs to this object from now on.
        """

        def __init__(self, handle: int) -> None:
            self._handle = handle
            weakref.finalize(self, _KERNEL.CloseHandle, handle)

        @classmethod
        def of(cls, process_id: int) -> Job | None:
            """Put a process of ours into a new job; return None, with a warning, if that fails.

            What it has started already is not in it.
            """
            handle = _KERNEL.CreateJobObjectW(None, None)
            job = cls(handle) if handle else None
            if job is not None and _put(handle, process_id):
                return job
            logger.warning(
                "Process %d has no job (error %d): what it starts may outlive it.",
                process_id,
                ctypes.get_last_error(),
            )
            return None

        @property
        def has_members(self) -> bool:
            """Whether a process runs in it."""
            told = _Accounting()
            size = ctypes.sizeof(told)
            if not _KERNEL.QueryInformationJobObject(
                self._handle, _ACCOUNTING, ctypes.byref(told), size, None
            ):
                return False
            return bool(told.active_processes)

        def end(self) -> None:
            """End all that is in it."""
            _KERNEL.TerminateJobObject(self._handle, _ENDED_BY_FORCE)

    def _put(job: int, process_id: int) -> bool:
        limits = _Limits(flags=_BREAKAWAY_OK)  # Programs that ask for it would fail without.
        _KERNEL.SetInformationJobObject(
            job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
        )
        process = _KERNEL.OpenProcess(_SET_QUOTA | _TERMINATE, False, process_id)
        if not process:
            return False
        is_in = _KERNEL.AssignProcessToJobObject(job, process)
        _KERNEL.CloseHandle(process)
        return bool(is_in)
