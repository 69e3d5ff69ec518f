"""The streams of clients and their grace time."""

from __future__ import annotations

import asyncio
import time

import pytest

from session_sharing.core import Registry
from session_sharing.errors import UnknownClientError
from session_sharing.information import ClientIdentity
from session_sharing.service import clients
from session_sharing.service.clients import ClientStreams

ME = ClientIdentity("program")


class HoldingRegistry(Registry):
    """A registry whose clients all hold something."""

    def __init__(self) -> None:
        super().__init__(lambda: "", lambda: "")
        self.known: set[str] = set()

    def connect(self, client_id: str, identity: ClientIdentity) -> None:
        """Know a client."""
        self.known.add(client_id)

    def knows(self, client_id: str) -> bool:
        """Return whether a client was there."""
        return client_id in self.known

    def lose(self, client_id: str) -> bool:
        """Say that it holds something."""
        return True


def run(work) -> list[str]:
    """Run work with streams that have no grace; return who expired."""

    async def main() -> list[str]:
        expired: list[str] = []
        streams = ClientStreams(HoldingRegistry(), 0.0, expired.append)
        await work(streams)
        await asyncio.sleep(0.01)  # Timers that are due are run before this one.
        return expired

    return asyncio.run(main())


def test_lost_client_expires_once():
    """A client whose only stream ended expires after the grace time, once."""

    async def work(streams: ClientStreams) -> None:
        streams.end(streams.connect("", ME))

    assert len(run(work)) == 1


def test_service_that_stood_still_waits_a_little_longer(monkeypatch):
    """Who was lost before the service froze can come back before it is given up."""
    monkeypatch.setattr(clients, "LATE_SECONDS", 0.05)

    async def work(streams: ClientStreams) -> None:
        lost, back = (streams.connect("", ME) for _ in range(2))
        for client_id in (lost, back):
            streams.end(client_id)
        time.sleep(0.1)  # noqa: ASYNC251 - the whole loop stands still
        await asyncio.sleep(0.001)
        streams.connect(back, ME)
        await asyncio.sleep(0.1)

    assert len(run(work)) == 1


def test_client_with_another_stream_does_not_expire():
    """As long as one of its streams stands, a client is there."""

    async def work(streams: ClientStreams) -> None:
        client_id = streams.connect("", ME)
        streams.connect(client_id, ME)
        streams.end(client_id)

    assert run(work) == []


def test_client_that_is_back_does_not_expire():
    """A client that comes back before its time is over keeps what it has."""

    async def work(streams: ClientStreams) -> None:
        client_id = streams.connect("", ME)
        streams.end(client_id)
        assert streams.connect(client_id, ME) == client_id

    assert run(work) == []


@pytest.mark.parametrize("before", [False, True])
def test_nobody_expires_by_the_stop(before):
    """Streams that end before or by the stop of the service take nothing away any more."""

    async def work(streams: ClientStreams) -> None:
        client_id = streams.connect("", ME)
        if before:
            streams.end(client_id)
        streams.stop()
        if not before:
            streams.end(client_id)

    assert run(work) == []


def test_stranger_that_claims_to_be_back_is_refused():
    """A client id that is not known, or no more, gets no stream."""

    async def work(streams: ClientStreams) -> None:
        with pytest.raises(UnknownClientError):
            streams.connect("nobody", ME)

    assert run(work) == []


def test_ids_cannot_be_guessed():
    """Each client gets an id of its own, with 128 random bits."""

    async def work(streams: ClientStreams) -> None:
        ids = {streams.connect("", ME) for _ in range(100)}
        assert len(ids) == 100
        assert {len(client_id) for client_id in ids} == {32}

    run(work)


@pytest.mark.parametrize("came", ["", "and stays", "and is lost again"])
def test_clients_of_the_last_run_are_expected(came):
    """Who does not come back in time expires; who did is a client like any other."""

    async def work(streams: ClientStreams) -> None:
        old = streams.connect("", ME)
        streams._streams.clear()  # As after a restart: known, and without a stream.
        if came:
            streams.connect(old, ME)
        if came == "and is lost again":
            streams.grace = 60.0
            streams.end(old)
        streams.expect([old, old], 0.0)

    assert len(run(work)) == (not came)


@pytest.mark.parametrize("came", ["", "and is lost again"])
def test_expected_clients_may_be_given_more_time(came):
    """Who has yet to come back has the time anew; who did has the grace of any client."""

    async def work(streams: ClientStreams) -> None:
        old = streams.connect("", ME)
        streams._streams.clear()  # As after a restart: known, and without a stream.
        streams.expect([old], 0.0)
        if came:
            streams.connect(old, ME)
            streams.end(old)
        streams.expect([old], 60.0)

    assert len(run(work)) == bool(came)


def test_nobody_is_expected_by_a_service_that_stops():
    """A recovery grace that would begin during the stop takes nothing away."""

    async def work(streams: ClientStreams) -> None:
        streams.stop()
        streams.expect(["old"], 0.0)

    assert run(work) == []
