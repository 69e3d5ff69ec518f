"""Telling that several sessions were to be opened together, and that not all of them were.

NI's `reservation.initialize_sessions(...)` opens one session after the other with one constructor.
When one fails, those before it are left with the failure as their error, and nobody ever used them:
by that they are told from a session that was in use when its constructor failed at another one.
"""

from __future__ import annotations

_MARK = "_session_sharing_constructor"


def mark(error: BaseException, constructor: object) -> None:
    """Note on an error that it came from a constructor, whose other sessions will meet it."""
    vars(error)[_MARK] = constructor


def failed_half_way(error: BaseException | None, constructor: object) -> bool:
    """Tell whether an error came from this constructor."""
    return constructor is not None and error is not None and vars(error).get(_MARK) is constructor
