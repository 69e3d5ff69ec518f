"""How many sessions and attachments a service has at most, so that no client takes all there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from session_sharing.core.table import Table
from session_sharing.errors import ResourceExhaustedError
from session_sharing.information import ANONYMOUS, ClientIdentity

MOST_SESSIONS = 1_000
"""A session takes a thread and a few open files: a service has to have some left for callers."""

MOST_ATTACHMENTS = 5_000
"""All of them have room in the answer of ListSessions, whatever their clients are called."""

MOST_OF_A_CLIENT = 1_000
"""So many attachments one client may have: it leaves room for others."""

RETRY_SECONDS = 1.0

_MOST_NAMED = 3


def check_sessions(table: Table) -> None:
    """Refuse one more session where there are too many.

    Raises:
        ResourceExhaustedError: There are; the text says who opened most of them.
    """
    if len(table.by_key) < MOST_SESSIONS:
        return
    creators = (session.creator for session in table.by_key.values())
    raise _too_many(
        f"{len(table.by_key)} sessions are open, more than which the service does not open. Most "
        f"were opened by {_most(creators)}. Close some: `python -m session_sharing list` shows "
        "them all.",
        MOST_SESSIONS,
    )


def check_attachments(table: Table, client_id: str) -> None:
    """Refuse one more attachment where a client, or all together, have too many.

    Args:
        table: What there is.
        client_id: Whose attachment it would be; the client is connected.

    Raises:
        ResourceExhaustedError: They have; the text says who holds most of them.
    """
    client = table.clients[client_id]
    own = len(client.attachment_ids) + len(client.waiting_ids)
    if own >= MOST_OF_A_CLIENT:
        raise _too_many(
            f"This client has {own} attachments, more than which one client does not get. Release "
            "some: each Initialize makes one, which a `with` block releases at its end.",
            MOST_OF_A_CLIENT,
        )
    if len(table.attached) + len(table.waiting) < MOST_ATTACHMENTS:
        return
    holders = (attachment.client.identity for _, attachment in table.attached.values())
    raise _too_many(
        f"All clients have {len(table.attached)} attachments, more than which the service does not "
        f"keep. Most are held by {_most(holders)}. They have to release some.",
        MOST_ATTACHMENTS,
    )


def _most(clients: Iterable[ClientIdentity | None]) -> str:
    named = Counter(str(client) if client else ANONYMOUS for client in clients)
    return "; ".join(f"{who} ({count})" for who, count in named.most_common(_MOST_NAMED))


def _too_many(text: str, limit: int) -> ResourceExhaustedError:
    return ResourceExhaustedError(
        f"Nothing was done: {text}", retry_delay=RETRY_SECONDS, limit=limit
    )
