"""Which sessions are orphans: open, held by nobody, and their creator is known to be dead."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from session_sharing.errors import ResourceExhaustedError
from session_sharing.identity import this_client
from session_sharing.information import ClientIdentity, SessionInformation, SessionState
from session_sharing.service.liveness import is_known_dead
from session_sharing.service.threads import in_thread

LOOK_SECONDS = 2.0
"""How long a look at processes may take; what is unknown then is no orphan."""

_log = logging.getLogger(__name__)


class Orphans:
    """Finds orphans, in threads, as looking at processes may block.

    Args:
        is_dead: Tells whether a client is known to be dead; it may block.
    """

    def __init__(self, is_dead: Callable[[ClientIdentity], bool] | None = None) -> None:
        here = this_client()
        self._is_dead = is_dead or (lambda client: is_known_dead(client, here))

    async def mark(
        self,
        sessions: Sequence[SessionInformation],
        creator_is_connected: Callable[[str], bool] = lambda _: False,
    ) -> list[SessionInformation]:
        """Return the sessions, with the orphans among them marked.

        It costs nothing as long as every session is held by somebody.

        Args:
            sessions: What is told of them.
            creator_is_connected: Tells of a public id whether the creator of that session is
                connected: whatever processes look like, it is not dead then.
        """
        creators = {
            told.public_id: told.created_by
            for told in sessions
            if told.created_by
            and told.state is SessionState.OPEN
            and not told.attachments
            and not creator_is_connected(told.public_id)
        }
        orphans = await self._dead(creators) if creators else set()
        return [replace(told, orphan=told.public_id in orphans) for told in sessions]

    async def _dead(self, clients: dict[str, ClientIdentity]) -> set[str]:
        """Return the names of those clients that are known to be dead."""
        looking = in_thread(
            "look for orphans",
            lambda: {name for name, client in clients.items() if self._is_dead(client)},
        )
        try:
            return await asyncio.wait_for(looking, LOOK_SECONDS)
        except (asyncio.TimeoutError, ResourceExhaustedError) as error:
            _log.warning("It was not found out whose sessions are orphans: %r", error)
            return set()
