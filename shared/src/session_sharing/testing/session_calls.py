"""What clients of one resource ask, and what they are answered: the calls of a history."""

from __future__ import annotations

from dataclasses import dataclass

# What clients ask


@dataclass(frozen=True)
class Initialize:
    """A client wants the session, by the behaviour of this number.

    Attributes:
        take_over: A session that nobody holds, and whose creator is gone, may be closed first.
    """

    attachment: str
    client: str
    behavior: int
    alias: str = ""
    take_over: bool = False


@dataclass(frozen=True)
class Release:
    """An attachment is let go; `asks` is None if its behaviour says whether it asks to close."""

    attachment: str
    asks: bool | None = None


@dataclass(frozen=True)
class Abandon:
    """The service may notice that the caller of an unanswered Initialize is gone."""

    attachment: str


@dataclass(frozen=True)
class Expire:
    """The service may give up a client that is lost for long, or did not come back after a restart.

    Who comes back later is another client. A restart alone changes nothing that clients can tell.
    """

    client: str


@dataclass(frozen=True)
class Log:
    """An attachment logs its record of this number."""

    attachment: str
    number: int


@dataclass(frozen=True)
class ForceClose:
    """An operator closes the session under its holders."""

    session: str


@dataclass(frozen=True)
class AskToClose:
    """An operator asks to close the session."""

    session: str


# What they are answered


@dataclass(frozen=True)
class Got:
    """Initialize got this session, and whether it is new."""

    session: str
    new: bool


@dataclass(frozen=True)
class Refused:
    """A call was refused, with an error of this class."""

    error: str


CLOSED, PENDING, LEFT_OPEN, STORED = "closed", "close pending", "left open", "stored"
GIVEN_UP = "given up"
"""How it is known that a client expired: it came back, and was told so."""

NOT_FOUND = Refused("SessionNotFoundError")
EXISTS = Refused("SessionExistsError")
ENDED = Refused("AttachmentEndedError")
UNKNOWN = Refused("UnknownClientError")
STOPPING = Refused("ServiceStoppingError")
"""The service is stopping, and did nothing: so it may be said at any time."""
