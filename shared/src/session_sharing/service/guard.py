"""Who is let in: the one place where every call of a session service passes."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from session_sharing.access import AccessRules, Caller, Right, nobody_may, refusal, rights_for
from session_sharing.core.memory import Recent
from session_sharing.errors import SharingError
from session_sharing.service.calling import CALLER, Call, caller_of, outdated

_log = logging.getLogger(__name__)

REMEMBERED_REFUSALS = 1_000


class Guard:
    """Lets calls in or refuses them, by the rules of the service, and notes who makes them.

    A method that is in no table is refused to everybody. Who held a stream keeps it: rules do not
    change while a service runs. Used on one event loop only, which guards all state.

    Args:
        rules: The lists of the service.
    """

    def __init__(self, rules: AccessRules | None = None) -> None:
        self._rules = rules or AccessRules()
        self._own: frozenset[str] = frozenset()
        self._told: Recent[bool] = Recent(REMEMBERED_REFUSALS)

    def serve(self, services: Iterable[str]) -> None:
        """Let those who may attach call all methods of these services, by their full names."""
        self._own |= frozenset(services)

    def admit(self, method: str, call: Call) -> None:
        """Note who makes a call, and let it in.

        Args:
            method: `/package.Service/Method`.
            call: gRPC's context of the call.

        Raises:
            CallerRefusedError: The caller's certificate is not on the list, or nobody may call it.
            AuthenticationError: The caller has no certificate, and needs one, or its connection
                was resumed by one that has expired since.
        """
        proven = call.auth_context()
        caller = caller_of(proven, call.peer())
        CALLER.set(caller)
        rights = rights_for(method, self._own)
        error: SharingError | None = outdated(proven, caller)
        if error is None:
            error = nobody_may(method) if rights is None else refusal(self._rules, rights, caller)
        if error is not None:
            self._log_once(method, caller, call.peer(), error)
            raise error

    def require(self, right: Right) -> None:
        """Let the running call do something that needs a right of its own.

        Raises:
            CallerRefusedError: The caller's certificate is not on the list.
            AuthenticationError: The caller has no certificate, and needs one.
        """
        error = refusal(self._rules, {right}, CALLER.get())
        if error is not None:
            raise error

    def _log_once(self, method: str, caller: Caller, peer: str, error: SharingError) -> None:
        """Log each kind of refusal of a caller on a host once: it may try again for ever."""
        host, _, _ = peer.rpartition(":")  # Without the port, which each connection has anew.
        kind = f"{method} {caller} {host}"
        if self._told.get(kind) is None:
            self._told.put(kind, True)
            _log.warning("Refused %s to %s at %s: %s", method, caller, peer, error.message)
