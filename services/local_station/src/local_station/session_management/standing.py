"""Sessions as they stand, for answers: with what those noted who registered and reserved them.

How they stand is looked up at once, on the event loop; the messages are made later, one by one, and
may be made in another thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Session
from local_station.session_management.requests import Reservation
from local_station.session_management.wire import messages, multiplexer_to_wire, session_to_wire
from local_station.sizes import counted

Information = messages.SessionInformation
MultiplexerInformation = messages.MultiplexerSessionInformation


def sessions_as_they_stand(
    manager: SessionManager, sessions: Iterable[Session]
) -> Iterator[Information]:
    """Tell of sessions; reading raises a `TooLargeError` if that gets too large for an answer."""
    known = [
        (session, manager.registered(session.name), manager.holder(session.name))
        for session in sessions
    ]
    return counted(_as_it_stands(*each) for each in known)


def multiplexers_as_they_stand(
    manager: SessionManager, multiplexers: Sequence[Session]
) -> Iterator[MultiplexerInformation]:
    """Tell of multiplexers, registered or not; reading raises a `TooLargeError` as above."""
    known = [manager.registered_multiplexer(multiplexer.name) for multiplexer in multiplexers]
    return counted(
        multiplexer_to_wire(registered or multiplexer, exists=registered is not None)
        for multiplexer, registered in zip(multiplexers, known, strict=True)
    )


def _as_it_stands(
    session: Session, registered: Session | None, holder: Reservation | None
) -> Information:
    notes = [registered.annotations] if registered else []
    notes += [holder.caller.annotations] if holder else []
    return session_to_wire(
        session.annotated(*notes), exists=registered is not None, reserved=holder is not None
    )
