"""What only a caller shows who goes away at the worst moment."""

from __future__ import annotations

import asyncio

import pytest

from local_station.pin_map.store import PinMaps
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Session
from local_station.session_management.servicer import SessionManagementServicer
from local_station.session_management.wire import messages

LIMIT = 20


class _Gone:
    """The context of a call whose caller goes away after the grant, before the answer."""

    def peer(self):
        return "ipv4:127.0.0.1:1"

    async def send_initial_metadata(self, initial_metadata):
        raise asyncio.CancelledError


def test_grant_to_a_caller_who_is_gone_before_the_answer_is_given_back():
    """A reservation of which nobody hears would be held for ever."""

    async def scenario():
        sessions = SessionManager()
        servicer = SessionManagementServicer(PinMaps(), sessions)
        sessions.register([Session("A")])
        request = messages.ReserveAllRegisteredSessionsRequest(timeout_in_milliseconds=-1)
        with pytest.raises(asyncio.CancelledError):
            await servicer.ReserveAllRegisteredSessions(request, _Gone())
        assert sessions.holder("A") is None

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
