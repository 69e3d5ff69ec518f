"""Streams of a service that goes away while they are read."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError  # the builtin one from 3.11 on

import pytest

from session_sharing.errors import UnavailableError
from session_sharing.testing.memory import SERVICE, MemoryClient
from session_sharing.testing.proxy import FaultyProxy
from session_sharing.wire.generated import session_pb2

LIMIT = 10.0


class FollowingClient(MemoryClient):
    """A client that can read a stream."""

    def follow(self) -> Iterator[object]:
        """Yield what is told of the session, until it closes."""
        reference = session_pb2.AttachmentReference
        return self._stream(
            lambda: self._channel.unary_stream(
                f"/{SERVICE}/Follow", reference.SerializeToString, reference.FromString
            ),
            self._attachment,
            until_released=True,
        )


@pytest.fixture
def proxy(world) -> Iterator[FaultyProxy]:
    """Put a proxy before the service."""
    with FaultyProxy(world.service.address) as proxy:
        yield proxy


def test_stream_that_had_not_begun_is_begun_again(proxy):
    """Reading that is cut off before its first response waits for the service, and then reads."""
    with FollowingClient("data", address=proxy.address) as client, ThreadPoolExecutor(1) as threads:
        proxy.refuse()
        reading = threads.submit(next, client.follow())
        with pytest.raises(LateError):
            reading.result(0.2)
        proxy.accept()
        reading.result(LIMIT)


def test_stream_that_breaks_says_how_to_go_on(proxy):
    """Reading that is cut off later is UNAVAILABLE, as something may be missing; and can begin."""
    with FollowingClient("data", address=proxy.address) as client:
        reading = client.follow()
        next(reading)
        proxy.cut()
        with pytest.raises(UnavailableError, match=r"is away since .*Begin to read again"):
            next(reading)
        next(client.follow())


def test_release_ends_a_stream_that_waits(world, proxy):
    """A follower whose service is away ends without an error when its client is closed."""
    client = FollowingClient("data", address=proxy.address)
    with ThreadPoolExecutor(2) as threads:
        proxy.refuse()
        reading = threads.submit(list, client.follow())
        with pytest.raises(LateError):
            reading.result(0.2)
        closing = threads.submit(client.close)
        assert reading.result(LIMIT) == []
        proxy.accept()
        closing.result(LIMIT)
    assert world.sessions() == []
