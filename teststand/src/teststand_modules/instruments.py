"""Sessions of NI's drivers on NI gRPC Device Server, opened and closed through NI's SDK.

The server knows no attachments, and does not notice when a client dies; who closes a session closes
it for all. So what the pattern *Hold* gives for logs is done here for the executions of one process
alone: the last of them closes what this process created.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import grpc
from ni.measurementlink.sessionmanagement.v1.client import (
    SessionInformation,
    SessionInitializationBehavior,
    SingleSessionReservation,
)

from session_sharing.errors import SharingError
from session_sharing.text import printable
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Creation, Ended, Opened, Wish
from teststand_modules.errors import InstrumentError
from teststand_modules.notes import Noted
from teststand_modules.shares import Shares
from teststand_modules.station import Station, told

_log = logging.getLogger(__name__)

_INVALID_SESSION = -1074130544
"""The drivers' code for a session that is not, or no longer, open."""

_ATTEMPTS = 3
"""How often a session is opened or attached to anew that comes and goes meanwhile."""

_TAKEN = (
    " Somebody has it open, whom NI gRPC Device Server does not know: end the program that opened "
    "it, or use the pattern 'hold', which shares it."
)

Initialize = Callable[[SingleSessionReservation, SessionInitializationBehavior], Any]
"""Calls the method of NI's reservation that opens one driver; it returns a context manager."""

_Behavior = SessionInitializationBehavior


class InstrumentKind:
    """Opens and closes the sessions of one of NI's drivers.

    It keeps nothing that changes.

    Args:
        name: What is opened, in the plural.
        initialize: Opens one session.
        driver_error: The root of the driver's errors.
    """

    needs_reservation = True
    """Closing would end the session under whoever measures with it."""

    def __init__(self, name: str, initialize: Initialize, driver_error: type[Exception]) -> None:
        self.name = name
        self._initialize = initialize
        self._driver_error = driver_error

    # Setup

    def open(
        self, station: Station, infos: list[SessionInformation], wish: Wish, undo: ExitStack
    ) -> list[Opened[Any]]:
        """Open a session for each entry, or attach; `undo` closes what this has opened.

        Raises:
            SharingError: NI gRPC Device Server is away, or the driver refuses.
        """
        return [self._opened(station, info, wish, undo) for info in infos]

    def _opened(
        self, station: Station, info: SessionInformation, wish: Wish, undo: ExitStack
    ) -> Opened[Any]:
        may_attach = wish.pattern is Pattern.HOLD
        with self._told(f"Opening {info.resource_name!r}"):
            session, created = self._new_or_attached(station, info, may_attach=may_attach)
        if created:
            undo.callback(self._undo, session, info)
        return Opened(info, session, info.session_name, created)

    def _new_or_attached(
        self, station: Station, info: SessionInformation, *, may_attach: bool
    ) -> tuple[Any, bool]:
        """Return a session, and whether it is new: AUTO does not tell, so both are tried."""
        for attempt in range(_ATTEMPTS):
            try:
                new = _Behavior.INITIALIZE_SESSION_THEN_DETACH
                return self._session(station, info, new), True
            except self._driver_error as error:
                taken = _status(error) is grpc.StatusCode.ALREADY_EXISTS
                if not (taken and may_attach):
                    raise
            try:
                return self._session(station, info, _Behavior.ATTACH_TO_SERVER_SESSION), False
            except self._driver_error as error:
                if not self._is_gone(error) or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _session(
        self, station: Station, info: SessionInformation, behavior: SessionInitializationBehavior
    ) -> Any:  # noqa: ANN401 - a session of any driver
        """Open a driver's session, which stays open: both behaviours let it."""
        with self._initialize(station.reservation(info), behavior) as typed:
            return typed.session

    def finish_setup(self, creation: Creation[Any]) -> None:
        """Leave the sessions open: the server needs nobody to hold them."""

    def give_up(self, creation: Creation[Any]) -> None:
        """There is nothing to forget of a Setup that failed."""

    # Cleanup

    def let_go(
        self,
        creation: Creation[Any],
        station: Station,
        closes: Collection[str],
        failures: list[SharingError],
    ) -> Ended:
        """Close what this process opened, unless another execution of it uses it still.

        Args:
            creation: The creation.
            station: NI's services.
            closes: The sessions that this process opened, and of which this is the last user.
            failures: Gets what went wrong; the rest is done all the same.
        """
        ended = Ended()
        for each in reversed(creation.opened):
            if each.identity not in closes:
                ended.left.append(each.identity)
                continue
            ended.closed.append(each.identity)
            try:
                with self._told(f"Closing {each.info.resource_name!r}"):
                    self._close(each, station)
            except SharingError as failure:
                failures.append(failure)
        return ended

    def _close(self, each: Opened[Any], station: Station) -> None:
        try:
            each.session.close()
        except self._driver_error as error:
            if self._is_gone(error):
                _log.info("The session of %r was gone already", each.info.resource_name)
            elif _status(error) is grpc.StatusCode.UNAVAILABLE:
                self._close_afresh(each.info, station)
            else:
                raise

    def _close_afresh(self, info: SessionInformation, station: Station) -> None:
        """The device server is not where it was: it may have started again, without sessions."""
        try:
            with self._initialize(
                station.reservation(info), _Behavior.ATTACH_TO_SESSION_THEN_CLOSE
            ):
                pass
        except self._driver_error as error:
            if not self._is_gone(error):
                raise
        except grpc.RpcError as error:  # Of discovery: with the server its sessions have ended.
            if not isinstance(error, grpc.Call) or error.code() is not grpc.StatusCode.NOT_FOUND:
                raise

    def end(
        self,
        own: list[Opened[None]],
        noted: Noted,
        station: Station,
        shares: Shares[SessionInformation],
        failures: list[SharingError],
    ) -> str:
        """Close a session that an interpreter opened which has ended: the server never does.

        Args:
            own: Its entry, which nobody else registered by now.
            noted: What it is a part of; not needed here.
            station: NI's services.
            shares: What the executions of this interpreter have open: they close it, then.
            failures: Gets what went wrong.

        Returns:
            The session, if an execution of this interpreter has it; else nothing.
        """
        info = own[0].info
        if shares.is_used(info.session_name):
            return info.session_name
        if own[0].created:
            try:
                with self._told(f"Closing {info.resource_name!r}"):
                    self._close_afresh(info, station)
            except SharingError as failure:
                failures.append(failure)
        return ""

    def _undo(self, session: Any, info: SessionInformation) -> None:  # noqa: ANN401 - any driver
        try:
            session.close()
        except self._driver_error as error:
            _log.warning(
                "Closing %r after a failure failed as well: %s",
                info.resource_name,
                printable(str(error)),
            )

    # Errors

    def _is_gone(self, error: Exception) -> bool:
        missing = _status(error) is grpc.StatusCode.FAILED_PRECONDITION
        return missing or getattr(error, "code", None) == _INVALID_SESSION

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Raise what the driver, or a service of NI's, refuses as an error of ours."""
        try:
            with told(doing):
                yield
        except (self._driver_error, ValueError) as error:  # ValueError: an argument was refused.
            taken = _status(error) is grpc.StatusCode.ALREADY_EXISTS
            raise InstrumentError(f"{doing} failed: {error}.{_TAKEN * taken}") from error


def _status(error: Exception) -> grpc.StatusCode | None:
    """Return the gRPC status of a driver's error, if it has one."""
    status = getattr(error, "rpc_code", None)
    return status if isinstance(status, grpc.StatusCode) else None
