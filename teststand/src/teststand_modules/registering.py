"""Registering open sessions with session management, and knowing what is stale."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing.errors import AlreadyExistsError, SharingError
from session_sharing.text import printable
from teststand_modules.creations import Creation, Ended
from teststand_modules.shares import Shares
from teststand_modules.station import Station

_log = logging.getLogger(__name__)

_MARK = "session_sharing/registered.creation"
"""The annotation by which a registration that was made here is told from a later one."""


def register(
    station: Station, creation: Creation[Any], undo: ExitStack
) -> list[SessionInformation]:
    """Register what is not registered, or was for a session that is gone; return that.

    Args:
        station: NI's services.
        creation: What was opened.
        undo: Unregisters it again.

    Raises:
        SharingError: Somebody else registered it just now, or session management is away.
    """
    wanted = [
        _marked(each.info, creation)
        for each in creation.opened
        if each.created or not each.info.session_exists
    ]
    station.unregister([info for info in wanted if info.session_exists])
    try:
        station.register(wanted)
    except AlreadyExistsError:
        raise
    except SharingError:  # It may have been done.
        undo.callback(_unregister, station, wanted)
        raise
    undo.callback(_unregister, station, wanted)
    return wanted


def stale_of(
    shares: Shares[SessionInformation],
    creation: Creation[Any],
    ended: Ended,
    reserved: Sequence[SessionInformation],
) -> list[SessionInformation]:
    """Return what is not to be registered any more.

    Args:
        shares: What was registered here, and who uses it still.
        creation: What is let go.
        ended: What became of it.
        reserved: How session management has its entries now.
    """
    stale = [each.info for each in creation.opened if each.identity in ended.closed]
    for identity in ended.closed:
        stale += shares.take_registered(identity)
    for identity in ended.left:
        if not shares.is_used(identity):
            stale += shares.take_registered(identity)
    marks = {info.session_name: mark_of(info) for info in reserved}
    for identity in ended.foreign:
        own = shares.take_registered(identity)
        stale += [info for info in own if marks.get(info.session_name) == mark_of(info)]
    return stale


def _marked(info: SessionInformation, creation: Creation[Any]) -> SessionInformation:
    """Have a registration say whose it is."""
    return info._replace(annotations={**(info.annotations or {}), _MARK: creation.name})


def mark_of(info: SessionInformation) -> str:
    """Return which creation registered an entry; empty if none of a code module did."""
    return (info.annotations or {}).get(_MARK, "")


def _unregister(station: Station, infos: Sequence[SessionInformation]) -> None:
    try:
        station.unregister(infos)
    except SharingError as failure:
        _log.warning("%s", printable(failure.message))
