"""A server of an ordinary user, started by root: `python -m user_program UID MODULE ARGUMENTS...`.

It keeps root's right to read (only), as the interpreter may lie in root's home; what it may write
is what its user may. Its umask is 0, so that nothing is private but what is made so.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import sys

_PR_SET_KEEPCAPS = 8
_VERSION_3 = 0x20080522
_READ_SEARCH = 1 << 2  # CAP_DAC_READ_SEARCH


def become(user: int) -> None:
    """Give up all rights of root but that to read, for later threads too.

    Raises:
        OSError: The system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _require(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(_READ_SEARCH, _READ_SEARCH, 0, 0, 0, 0)
    _require(libc.capset(header, sets), "capset")


def _require(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


if __name__ == "__main__":
    become(int(sys.argv[1]))
    os.umask(0)
    del sys.argv[0:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
