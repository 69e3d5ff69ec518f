"""What the kinds of sessions have in common."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from typing import Any, Protocol

from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing.errors import SharingError
from teststand_modules.creations import Creation, Ended, Opened, Wish
from teststand_modules.notes import Noted
from teststand_modules.shares import Shares
from teststand_modules.station import Station


class Kind(Protocol):
    """What a kind of sessions does in its own way."""

    @property
    def name(self) -> str:
        """What it is, in the plural."""

    @property
    def needs_reservation(self) -> bool:
        """Whether letting go would harm who has it reserved."""

    def open(
        self, station: Station, infos: list[SessionInformation], wish: Wish, undo: ExitStack
    ) -> list[Opened[Any]]:
        """Open a session for each entry; `undo` closes what this has opened."""

    def finish_setup(self, creation: Creation[Any]) -> None:
        """Do what comes after the sessions were registered."""

    def give_up(self, creation: Creation[Any]) -> None:
        """Forget a Setup that failed after all."""

    def let_go(
        self,
        creation: Creation[Any],
        station: Station,
        closes: Collection[str],
        failures: list[SharingError],
    ) -> Ended:
        """Let go of what a creation opened; `closes` are those that nobody here uses any more."""

    def end(
        self,
        own: list[Opened[None]],
        noted: Noted,
        station: Station,
        shares: Shares[SessionInformation],
        failures: list[SharingError],
    ) -> str:
        """Close a session that an interpreter opened which has ended, if that is to be done.

        Args:
            own: Its entries, none of which somebody else registered by now.
            noted: What they are a part of.
            station: NI's services.
            shares: What the executions of this interpreter have open.
            failures: Gets what went wrong.

        Returns:
            The session, if others have it still and need its registration; else nothing.
        """
