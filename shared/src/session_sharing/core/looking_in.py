"""What can be asked of a registry: asking changes nothing."""

from __future__ import annotations

from session_sharing.core import recovery, refusals
from session_sharing.core.kept import Kept
from session_sharing.core.state import Session
from session_sharing.core.table import Table
from session_sharing.errors import SessionNotFoundError, UnavailableError
from session_sharing.information import SessionInformation, SessionState


class LookingIn:
    """The questions to a registry.

    Args:
        table: The registry's state.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def knows(self, client_id: str) -> bool:
        """Return whether this client is connected, or lost but within its grace time."""
        return client_id in self._table.clients

    def connected_clients(self) -> list[str]:
        """Return the ids of the clients whose stream is there."""
        return [client.client_id for client in self._table.clients.values() if client.connected]

    def lost_clients(self) -> list[str]:
        """Return the ids of the clients that hold or await something without a stream."""
        return [client.client_id for client in self._table.clients.values() if not client.connected]

    def information(self, session_name: str) -> SessionInformation:
        """Return what is told of a session, if need be of a closed one that is remembered.

        Raises:
            SessionNotFoundError: There is none of this name.
        """
        session = self._table.by_name.get(session_name)
        if session is not None:
            return session.information()
        closed = self._table.memory.closed_by_name.get(session_name)
        if closed is None:
            raise refusals.no_such_session(None)
        return closed

    def name_of(self, public_id: str) -> str:
        """Return the name of the session that people know by this id.

        Raises:
            SessionNotFoundError: No session has this public id.
            UnavailableError: The session is still opening.
        """
        return self._by_public_id(public_id).name

    def session_on(self, key: str) -> str:
        """Return the name of the open session on a resource; empty if none is open."""
        session = self._table.by_key.get(key)
        return session.name if session and session.state is SessionState.OPEN else ""

    def contexts(self, session_name: str) -> list[str]:
        """Return the texts that are set for a session; none if there is no such session."""
        session = self._table.by_name.get(session_name)
        return list(session.contexts.values()) if session else []

    def attachment_ids(self, session_name: str) -> list[str]:
        """Return the ids of a session's attachments; none if there is no such session."""
        session = self._table.by_name.get(session_name)
        return list(session.attachments) if session else []

    def creator_is_connected(self, public_id: str) -> bool:
        """Return whether the creator of a session is there; not if there is no such session."""
        session = self._table.by_public_id.get(public_id)
        return session is not None and self._table.creator_is_connected(session)

    def sessions(self) -> list[SessionInformation]:
        """Return what is told of every session that is not closed."""
        return [session.information() for session in self._table.by_name.values()]

    def snapshot(self) -> list[Kept]:
        """Return entries from which `Registry.restore` makes everything that is open anew.

        They also tell of the last attachments that ended and sessions that closed. What is
        opening, what waits, and the operations that run are not in it. The entries do not change
        any more: another thread may write them.
        """
        return list(recovery.snapshot(self._table))

    def _by_public_id(self, public_id: str) -> Session:
        session = self._table.by_public_id.get(public_id)
        if session is None:
            raise SessionNotFoundError(
                f"There is no open session {public_id!r}. `python -m session_sharing list` "
                "shows the sessions that are open."
            )
        if session.state is SessionState.OPENING:
            raise UnavailableError(
                f"Session {public_id} is still opening. Try again when it is open.", retry_delay=1.0
            )
        return session
