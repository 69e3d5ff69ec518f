"""The logger without root's right to pass over modes, for tests that run as root on Linux.

It stays root, so that it can read an interpreter that lies in root's home, but is bound by the
modes of files as any user is: `python -m unprivileged_logger`.
"""

from __future__ import annotations

import ctypes
import sys

from json_logger.service.main import main

_VERSION_3 = 0x20080522
_OVERRIDES = 1 << 1 | 1 << 2 | 1 << 3  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER


def drop_overrides() -> None:
    """Give up the capabilities that let root write what modes forbid, for later threads too."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, twice
    if libc.capget(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    for place in range(3):
        sets[place] &= ~_OVERRIDES
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    drop_overrides()
    sys.exit(main())
