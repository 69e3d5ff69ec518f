"""Initializing a session: with the client's present id, and again when the service asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from session_sharing.client.connection import Connection
from session_sharing.client.link import Link
from session_sharing.client.patience import Patience
from session_sharing.client.releasing import AttachmentRelease
from session_sharing.errors import UnknownClientError
from session_sharing.wire.generated import session_pb2

Initialize = Callable[[session_pb2.InitializeRequest, float], session_pb2.InitializeResponse]
"""Calls the service's Initialize with a request, waiting for so many seconds."""


def initialize(
    connection: Connection,
    wish: session_pb2.InitializeRequest,
    releasing: AttachmentRelease,
    call: Initialize,
    patience: Patience,
) -> session_pb2.InitializeResponse:
    """Initialize, as often as the service says that this client is not connected.

    That happens when the service was started again a moment ago: it wants the client's stream
    first. Nothing was done then.

    Args:
        connection: The connection to the service.
        wish: What is wanted; the ids of client and attachment are filled in.
        releasing: Is told the ids, which the release goes by.
        call: Calls the service.
        patience: How long it may take in all.

    Raises:
        SharingError: The service refuses, or cannot be reached.
    """
    link: Link | None = connection.connected(patience)
    while link is not None:
        _identify(wish, link, releasing)
        try:
            return call(wish, patience.remaining)
        except UnknownClientError as refusal:
            unknown = refusal
        link.cancel()  # The connection notices, and connects anew.
        link = connection.next_link(patience, link, pause=patience.remaining)
    raise unknown


def _identify(
    wish: session_pb2.InitializeRequest, link: Link, releasing: AttachmentRelease
) -> None:
    """Fill in who asks. A new client makes a new attachment: the old id was its predecessor's."""
    if wish.client_id != link.client_id:
        wish.client_id = releasing.client_id = link.client_id
        wish.attachment_id = releasing.attachment.attachment_id = uuid.uuid4().hex
