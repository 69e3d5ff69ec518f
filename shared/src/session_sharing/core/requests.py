"""The wishes that clients bring to the registry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from session_sharing.behavior import Behavior

Settings = tuple[tuple[str, str], ...]
"""What a resource is opened with, by name, in words for people."""


@dataclass(frozen=True)
class InitializeRequest:
    """A wish for a session.

    Attributes:
        key: The canonical identity of the resource.
        resource_name: The resource as the client named it, without alias.
        behavior: How to come by the session.
        alias: The alias, empty if there is none.
        client_id: Who asks; empty for a client without identity, which makes no attachment.
        attachment_id: Made by the client; empty for a client without identity.
        address: What the resource is opened by; of no meaning here.
        settings: What the caller wants the resource to be open with; what it leaves out may be
            anything.
        take_over: The name of a session that is known to be an orphan and that may be closed
            first; empty if there is none.
        subject: The subject of the certificate that the request came with; empty without one.
    """

    key: str
    resource_name: str
    behavior: Behavior
    alias: str = ""
    client_id: str = ""
    attachment_id: str = ""
    address: str = ""
    take_over: str = ""
    settings: Settings = ()
    subject: str = ""

    def is_repeat_of(self, other: InitializeRequest) -> bool:
        """Tell whether this is another request again, as far as is kept of it."""
        return (self.client_id, self.key, self.behavior, self.alias) == (
            other.client_id,
            other.key,
            other.behavior,
            other.alias,
        )

    def contradictions(self, settings: Settings) -> Settings:
        """Return what this caller wants otherwise than a session is open with."""
        there = dict(settings)
        return tuple((name, wish) for name, wish in self.settings if there.get(name) != wish)


class ReleaseMode(Enum):
    """What a release asks for."""

    BY_BEHAVIOR = "as the behaviour says"
    ASK_TO_CLOSE = "ask to close"
    LEAVE_OPEN = "leave open"


@dataclass(frozen=True)
class ReleaseRequest:
    """A wish to let a session go.

    Attributes:
        client_id: Who asks.
        attachment_id: What is let go.
        session_name: The session; empty if the client never learned it.
        mode: What becomes of the session.
        subject: The subject of the certificate that the request came with; empty without one.
    """

    client_id: str
    attachment_id: str
    session_name: str = ""
    mode: ReleaseMode = ReleaseMode.BY_BEHAVIOR
    subject: str = ""
