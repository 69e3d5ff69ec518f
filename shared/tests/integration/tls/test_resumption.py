"""Clients that come back by a ticket of an earlier TLS session."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import grpc
import pytest
from grpc.experimental.session_cache import ssl_session_cache_lru

from session_sharing.tls import TlsFiles
from session_sharing.wire.generated import administration_pb2, administration_pb2_grpc
from shared.tests.integration.tls.floor import Floor


@contextmanager
def resuming(
    address: str, tls: TlsFiles, cache: object
) -> Iterator[administration_pb2_grpc.SessionAdministrationStub]:
    """Connect as a client of another make does: it keeps tickets, and comes back by them."""
    credentials = grpc.ssl_channel_credentials(
        *(path.read_bytes() for path in (tls.ca, tls.key, tls.certificate))
    )
    options = [("grpc.ssl_session_cache", cache), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.secure_channel(address, credentials, options) as channel:
        yield administration_pb2_grpc.SessionAdministrationStub(channel)


def test_no_ticket_outlives_its_certificate(floor: Floor) -> None:
    """By a ticket comes in who has a valid certificate; who had one once is told when it ended."""
    address, cache = floor.server("mutual").encrypted_address, ssl_session_cache_lru(4)
    ends = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=3)
    tls = floor.tls("resuming", not_after=ends.replace(tzinfo=None))
    request = administration_pb2.ListSessionsRequest()
    for _ in range(2):
        with resuming(address, tls, cache) as stub:
            stub.ListSessions(request, timeout=10.0)
    while datetime.now(timezone.utc) <= ends:
        time.sleep(0.05)  # The clock alone makes it expire.
    with resuming(address, tls, cache) as stub, pytest.raises(grpc.RpcError) as refused:
        stub.ListSessions(request, timeout=10.0)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert "CN=resuming" in refused.value.details()
    assert f"expired at {ends:%Y-%m-%d %H:%M:%S} UTC" in refused.value.details()
