"""Letting go of what an interpreter opened that has ended, from what its execution noted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack

from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing.errors import NotFoundError, SharingError
from session_sharing.text import printable
from teststand_modules.creations import Opened
from teststand_modules.kinds import Kind
from teststand_modules.notes import Noted
from teststand_modules.registering import mark_of
from teststand_modules.shares import Shares
from teststand_modules.station import Station

_log = logging.getLogger(__name__)


def recover(
    kind: Kind, shares: Shares[SessionInformation], noted: Noted, reserve_timeout: float
) -> list[SharingError]:
    """Close and unregister what another interpreter opened or registered; return what went wrong.

    Only what has that creation's mark is unregistered, and nothing is closed that somebody else
    registered by now. What an execution of this interpreter uses is left to it, with the duty to
    close it. That something is gone already is no error.

    Args:
        kind: The kind of the sessions.
        shares: What the executions of this interpreter have open.
        noted: What was opened.
        reserve_timeout: How long to wait for a reservation, in seconds.
    """
    failures: list[SharingError] = []
    try:
        with Station(reserve_timeout) as station, ExitStack() as stack:
            reserved = _reserved(station, noted, stack)
            marks = {info.session_name: mark_of(info) for info in reserved if info.session_exists}
            stale: list[SessionInformation] = []
            for own in _by_session(noted, marks):
                infos = [each.info for each in own if each.info.session_name in marks]
                name = kind.end(own, noted, station, shares, failures)
                if name:
                    entries = [(info.session_name, info) for info in infos]
                    shares.inherit(name, created=own[0].created, registered=entries)
                else:
                    stale += infos
            station.unregister(stale)
    except SharingError as failure:
        failures.append(failure)
    return failures


def _reserved(station: Station, noted: Noted, stack: ExitStack) -> Sequence[SessionInformation]:
    """Reserve what was opened, so that nobody uses it while it is let go of."""
    wish = noted.wish
    try:
        return stack.enter_context(station.reserved(wish.pin_map_id, wish.sites, wish.types))
    except NotFoundError as failure:
        # The station started again and forgot the pin map, and with it who has what.
        _log.info("%s", printable(failure.message))
        return []


def _by_session(noted: Noted, marks: dict[str, str]) -> list[list[Opened[None]]]:
    """Return the entries that nobody else registered by now, those of one session together."""
    own: dict[str, list[Opened[None]]] = {}
    for each in noted.opened:
        if marks.get(each.info.session_name, noted.name) == noted.name:
            own.setdefault(each.identity, []).append(each)
    return list(own.values())
