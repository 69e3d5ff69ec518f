"""What is told of clients, attachments and sessions: the same on both sides of the wire."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from enum import Enum

from session_sharing.subjects import cut

CLOSE_COMMAND = "python -m session_sharing close"
"""The command that closes a session by its public id."""


MOST_NAMED = 5
"""How many holders a text names at most."""


ANONYMOUS = "a client without identity"
"""What people are told of a client that makes no attachment."""

_NO_SQUARE_BRACKETS = str.maketrans("[]", "()")


class SessionState(Enum):
    """Where a session is between its opening and its end."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True)
class ClientIdentity:
    """A process that uses sessions, as it describes itself, but for its certificate.

    Attributes:
        program: Its script, or its module.
        host: The machine.
        process_id: Its id there.
        process_started: When it started, by the clock; on Linux by the clock as it was then set.
        user: Whose it is.
        boot_id: The run of the operating system; empty if unknown.
        started_after_boot: How long after the boot it started, in seconds, which no step of the
            clock changes; 0 if unknown. Linux alone tells it.
        subject: The subject of the certificate that its connection was made with, as the service
            has it from the connection; empty without one, and in what a client says of itself.
    """

    program: str
    host: str = ""
    process_id: int = 0
    process_started: datetime | None = None
    user: str = ""
    boot_id: str = ""
    started_after_boot: float = 0.0
    subject: str = ""

    def __str__(self) -> str:
        if self.is_anonymous:
            return self._proven(self.program)
        where = f" on {self.host}" if self.host else ""
        who = f", user {self.user}" if self.user else ""
        return self._proven(f"{self.program} (process {self.process_id}{where}{who})")

    def short(self) -> str:
        """Name it where there is little room."""
        return self._proven(f"{self.program} {self.process_id}")

    def _proven(self, described: str) -> str:
        """Add the certificate in square brackets, which none, nor another name, has within."""
        certificate = f" [{cut(self.subject)}]" if self.subject else ""
        return described.translate(_NO_SQUARE_BRACKETS) + certificate

    @property
    def is_anonymous(self) -> bool:
        """Whether nothing is known of it but its certificate: see `without_identity`."""
        return self.is_same_process(ClientIdentity(ANONYMOUS))

    def is_same_process(self, other: ClientIdentity) -> bool:
        """Return whether both tell of one process, whatever certificate its connections have."""
        return replace(self, subject="") == replace(other, subject="")


def without_identity(subject: str) -> ClientIdentity:
    """Return what is told of a client without identity: the subject of its certificate, if any."""
    return ClientIdentity(ANONYMOUS, subject=subject)


@dataclass(frozen=True)
class AttachmentInformation:
    """A client's hold on one session.

    Attributes:
        public_id: The first characters of the attachment id.
        behavior: The number of the initialization behaviour.
        holder: Who holds.
        since: When it was made.
        alias: The alias it was made under; empty if there is none.
        created_session: It created the session.
        last_record_number: The highest number of a record that is stored for it.
        lost: Its client is not connected: the attachment ends unless the client comes back in time.
    """

    public_id: str
    behavior: int
    holder: ClientIdentity
    since: datetime
    alias: str = ""
    created_session: bool = False
    last_record_number: int = 0
    lost: bool = False

    def __str__(self) -> str:
        alias = f" as {self.alias!r}" if self.alias else ""
        lost = ", whose connection is lost" if self.lost else ""
        return f"{self.holder}{alias} since {clock(self.since)}{lost}"


@dataclass(frozen=True)
class Backlog:
    """What a service keeps for a resource that is away, and delivers when it is back.

    Attributes:
        resource_name: The resource.
        waiting_records: How many records wait.
        waiting_bytes: What they take on the disk of the service.
        waiting_since: Since when the first of them waits; None if nothing does.
        limit_bytes: How many bytes may wait.
        refused_records: Records that the resource refused for good; they are kept for people.
        reason: Why nothing is delivered now; empty if something is, or nothing waits.
    """

    resource_name: str
    waiting_records: int = 0
    waiting_bytes: int = 0
    waiting_since: datetime | None = None
    limit_bytes: int = 0
    refused_records: int = 0
    reason: str = ""

    def __str__(self) -> str:
        parts = []
        if self.waiting_records:
            since = f" since {clock(self.waiting_since)}" if self.waiting_since else ""
            wait = "waits" if self.waiting_records == 1 else "wait"
            parts.append(f"{_records(self.waiting_records)} {wait}{since}")
        if self.refused_records:
            parts.append(f"{_records(self.refused_records)} refused for good")
        return ", ".join(parts)


@dataclass(frozen=True)
class SessionInformation:
    """One session, as people and programs are told of it. The secret session name is not in it.

    Attributes:
        public_id: What people are shown.
        resource_name: The resource as its creator named it, without the alias.
        resource_key: The service's canonical identity of the resource.
        state: Where the session is between its opening and its end.
        close_pending: It closes when those go who hold it, or who opened it without identity.
        created_by: Its creator; None for a client without identity or certificate.
        created_at: When it was open.
        last_used_at: When somebody came, went or used it last.
        attachments: Who holds it.
        closed_by: Who asked to close it, or closed it; empty if nobody did.
        closed_at: When it was closed; None before.
        broken: Why the resource cannot be used although the session is open; empty if it can.
        orphan: Nobody holds it, and its creator is known to be dead.
        backlog: What waits for its resource; None if that is none which records wait for.
    """

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
    broken: str = ""
    orphan: bool = False
    backlog: Backlog | None = None

    def holders(self) -> str:
        """Say who holds the session."""
        if self.orphan:
            return "nobody holds it, and its creator is dead (an orphan)"
        if not self.attachments and self.close_pending:
            return "the client without identity that opened it may still use it"
        if not self.attachments:
            return "nobody holds it"
        named = [str(attachment) for attachment in self.attachments[:MOST_NAMED]]
        more = len(self.attachments) - len(named)
        return "held by " + "; ".join(named) + (f" and {more} more" if more else "")

    def __str__(self) -> str:
        creator = self.created_by or ANONYMOUS
        text = (
            f"session {self.public_id} on {self.resource_name!r}, created by {creator} "
            f"at {clock(self.created_at)}, last used at {clock(self.last_used_at)}"
        )
        if self.closed_at is not None:
            return f"{text}, closed at {clock(self.closed_at)} by {self.closed_by}"
        pending = f", {self.closed_by} asked to close it" if self.close_pending else ""
        broken = (
            f"; its resource cannot be used now: {self.broken.rstrip('.')}" if self.broken else ""
        )
        return f"{text}, {self.holders()}{pending}{broken}"

    def how_to_close(self) -> str:
        """Name the command that closes the session; while it is in use, also the one by force."""
        command = f"{CLOSE_COMMAND} {self.public_id}"
        by_force = f'`{command} --force --reason "..."` at once'
        if self.attachments:
            return (
                f"`{command}` closes it when nobody holds it any more, {by_force}, under its "
                "holders."
            )
        if self.created_by is None or self.created_by.is_anonymous:
            return f"`{command}` closes it when the client that opened it does, {by_force}."
        return f"`{command}` closes it."


def sentence(text: str) -> str:
    """End a text that somebody else wrote with a full stop, so that another may follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _records(number: int) -> str:
    return f"{number} record{'' if number == 1 else 's'}"


def clock(moment: datetime) -> str:
    """Write a moment for people: UTC, to the second."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
