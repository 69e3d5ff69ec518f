"""Whether sessions are in somebody's way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from session_sharing.cli.doctor.facts import Facts, ServiceFacts
from session_sharing.cli.doctor.findings import Finding, capital, error, warning
from session_sharing.information import SessionInformation

PENDING = timedelta(minutes=1)
"""How long a close may be pending."""


def session_is_orphan(facts: Facts) -> Iterator[Finding]:
    """Find sessions that nobody holds, whose creator is dead."""
    for service, session in _sessions(facts):
        if session.orphan:
            yield warning(
                "orphan",
                f"{capital(str(session))}. It is one of {service.title}, and in the "
                "way of who would create one on this resource.",
                session.how_to_close(),
            )


def session_is_broken(facts: Facts) -> Iterator[Finding]:
    """Find sessions whose resource cannot be used."""
    for service, session in _sessions(facts):
        if session.broken:
            yield error(
                "broken-session",
                f"{capital(str(session))}. It is one of {service.title}.",
                "Mend what the reason names: the next use of the session tries again. To give it "
                f"up: {session.how_to_close()}",
            )


def close_is_pending_for_long(facts: Facts) -> Iterator[Finding]:
    """Find sessions that were to close, and are held by somebody who does nothing with them.

    When the close was asked for is not told, but asking counts as a use: so it is longer ago still.
    """
    for service, session in _sessions(facts):
        now = service.service.now if service.service else facts.machine.now
        idle = now - session.last_used_at
        if session.close_pending and idle > PENDING:
            yield warning(
                "close-pending",
                f"{capital(str(session))}. It is one of {service.title}, was to close, and nobody "
                f"has used it for {idle.total_seconds():.0f} s.",
                f"End who uses it, or let it release the session. {session.how_to_close()}",
            )


CHECKS = (session_is_orphan, session_is_broken, close_is_pending_for_long)


def _sessions(facts: Facts) -> Iterator[tuple[ServiceFacts, SessionInformation]]:
    for service in facts.services:
        for session in service.sessions:
            yield service, session
