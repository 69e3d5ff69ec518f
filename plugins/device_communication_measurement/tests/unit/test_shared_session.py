"""How the plug-ins open their session."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

from device_communication import INSTRUMENT_TYPE, Protocol, client
from device_communication_measurement import shared_session as module
from session_sharing import Behavior

RESOURCE = "DEVICE_COMMUNICATION_1"


class Reservation:
    """Stands for NI's, which opens a session for what was reserved."""

    @contextmanager
    def initialize_session(self, constructor: Any, instrument_type: str) -> Iterator[object]:
        """Open it."""
        assert instrument_type == INSTRUMENT_TYPE
        session = constructor(SimpleNamespace(resource_name=RESOURCE))
        yield SimpleNamespace(session=session)


def test_the_session_has_no_more_time_than_the_run(monkeypatch):
    """The client waits no longer than its run may go on, and gives up when that is to end."""
    opened: list[object] = []

    def open_client(*arguments: object, **options: object) -> SimpleNamespace:
        opened.append((arguments, options))
        return SimpleNamespace()

    monkeypatch.setattr(client, "DeviceCommunicationClient", open_client)
    monkeypatch.setattr(module, "reserved", lambda *_: nullcontext(Reservation()))
    monkeypatch.setattr(module, "connections", lambda *_: ())
    run: Any = SimpleNamespace(call_timeout=lambda limit: limit / 4, nearly_over=threading.Event())
    service: Any = None
    attach = Behavior.ATTACH_TO_SERVER_SESSION
    with module.shared_session(service, run, "pin", attach, 1.0, protocol=Protocol.I2C):
        pass
    options = {
        "protocol": Protocol.I2C,
        "wait": module.CALL_SECONDS / 4,
        "give_up": run.nearly_over,
    }
    assert opened == [((RESOURCE, attach), options)]
