"""What is told of clients, attachments and sessions: the same on both sides of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum

CLOSE_COMMAND = "python -m session_sharing close"
"""The command that closes a session by its public id."""


MOST_NAMED = 5
"""How many holders a text names at most."""


class SessionState(Enum):
    """Where a session is between its opening and its end."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True)
class ClientIdentity:
    """A process that uses sessions, as it describes itself."""

    program: str
    host: str = ""
    process_id: int = 0
    process_started: datetime | None = None
    user: str = ""
    boot_id: str = ""

    def __str__(self) -> str:
        where = f" on {self.host}" if self.host else ""
        who = f", user {self.user}" if self.user else ""
        return f"{self.program} (process {self.process_id}{where}{who})"


@dataclass(frozen=True)
class AttachmentInformation:
    """A client's hold on one session. `behavior` is the number of the initialization behaviour."""

    public_id: str
    behavior: int
    holder: ClientIdentity
    since: datetime
    alias: str = ""
    created_session: bool = False
    last_record_number: int = 0

    def __str__(self) -> str:
        alias = f" as {self.alias!r}" if self.alias else ""
        return f"{self.holder}{alias} since {clock(self.since)}"


@dataclass(frozen=True)
class SessionInformation:
    """One session, as people and programs are told of it. The secret session name is not in it."""

    public_id: str
    resource_name: str
    resource_key: str
    state: SessionState
    close_pending: bool
    created_by: ClientIdentity | None
    created_at: datetime
    last_used_at: datetime
    attachments: tuple[AttachmentInformation, ...] = ()
    closed_by: str = ""
    closed_at: datetime | None = None

    def holders(self) -> str:
        """Say who holds the session."""
        if not self.attachments:
            return "nobody holds it"
        named = [str(attachment) for attachment in self.attachments[:MOST_NAMED]]
        more = len(self.attachments) - len(named)
        return "held by " + "; ".join(named) + (f" and {more} more" if more else "")

    def __str__(self) -> str:
        creator = str(self.created_by) if self.created_by else "a client without identity"
        text = (
            f"session {self.public_id} on {self.resource_name!r}, created by {creator} "
            f"at {clock(self.created_at)}, last used at {clock(self.last_used_at)}"
        )
        if self.closed_at is not None:
            return f"{text}, closed at {clock(self.closed_at)} by {self.closed_by}"
        pending = f", {self.closed_by} asked to close it" if self.close_pending else ""
        return f"{text}, {self.holders()}{pending}"

    def how_to_close(self) -> str:
        """Name the command that closes the session."""
        return f"`{CLOSE_COMMAND} {self.public_id}` closes it."


def sentence(text: str) -> str:
    """End a text that somebody else wrote with a full stop, so that another may follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def clock(moment: datetime) -> str:
    """Write a moment for people: UTC, to the second."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
