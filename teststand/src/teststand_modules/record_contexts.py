"""What records of a session inherit, when several executions share it."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from session_sharing import RecordContext

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """What one creation says of the records of a session.

    Attributes:
        session: The session.
        creation: The creation, by any name of its own.
        execution: Its execution.
        context: What its records belong to; with a site, for that site alone.
        foreign: Whether the session is another program's.
    """

    session: str
    creation: str
    execution: str
    context: RecordContext
    foreign: bool = False


class RecordContexts:
    """Decides what the records of each session inherit, so that none has a wrong label.

    What is set for a session (or for a site of it) holds for the records of everybody who logs
    there. So it is set only as long as one execution alone speaks for the session, or for that
    site; when another one joins that says something else, it is taken back until one is left. Of a
    session that another program opened, only a site can be spoken for.

    Methods may be called from any thread; `_guard` guards all state.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._entries: list[Entry] = []

    def knows(self, session: str) -> bool:
        """Tell whether an execution of this process speaks for a session."""
        with self._guard:
            return any(entry.session == session for entry in self._entries)

    def join(self, entry: Entry) -> RecordContext:
        """Add what a creation says; return what to set for the session now."""
        with self._guard:
            self._entries.append(entry)
            context = self._agreed(entry.session, entry.context.site)
        if context != entry.context and entry.context.fields_set.keys() - {"run", "site"}:
            _log.warning(
                "The session is shared with others, so its records inherit none of this: %s. "
                "Give each execution a site of its own, or give the values to the measurements.",
                dict(entry.context.fields_set),
            )
        return context

    def leave(self, session: str, creation: str) -> list[RecordContext]:
        """Remove what a creation says of a session; return what to set for the session now."""
        with self._guard:
            key = (session, creation)
            gone = [entry for entry in self._entries if (entry.session, entry.creation) == key]
            self._entries = [entry for entry in self._entries if entry not in gone]
            return [self._agreed(session, entry.context.site) for entry in gone]

    def _agreed(self, session: str, site: int | None) -> RecordContext:
        spoken = [
            entry
            for entry in self._entries
            if entry.session == session and entry.context.site == site
        ]
        nothing = RecordContext(site=site)
        if not spoken or (site is None and any(entry.foreign for entry in spoken)):
            return nothing
        last = spoken[-1]
        others = [entry for entry in spoken if entry.execution != last.execution]
        return last.context if all(each.context == last.context for each in others) else nothing
