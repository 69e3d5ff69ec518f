"""What calls are answered."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

from session_sharing.information import SessionInformation

Ticket = Hashable
"""Stands for one call that waits for its answer. Made by the caller; unique."""


class Outcome(Enum):
    """What became of the session when an attachment was released."""

    CLOSED = "closed"
    CLOSE_PENDING = "close pending"
    LEFT_OPEN = "left open"


@dataclass(frozen=True)
class Initialized:
    """The answer to Initialize; `took_over` is the orphan that was closed first, if one was."""

    session_name: str
    new_session: bool
    public_id: str
    last_record_number: int = 0
    took_over: SessionInformation | None = None


@dataclass(frozen=True)
class Released:
    """The answer to Release; `session` is absent when it is closed."""

    outcome: Outcome
    session: SessionInformation | None = None
