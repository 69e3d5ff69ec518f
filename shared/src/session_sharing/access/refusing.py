"""Whether a caller may do something, and what it is told if not."""

from __future__ import annotations

from collections.abc import Collection

from session_sharing.access.callers import Caller
from session_sharing.access.rights import Right
from session_sharing.access.rules import LOCAL, AccessRules
from session_sharing.errors import AuthenticationError, CallerRefusedError, SharingError
from session_sharing.subjects import cut


def refusal(rules: AccessRules, rights: Collection[Right], caller: Caller) -> SharingError | None:
    """Return why a caller may not do something; None if it may.

    Args:
        rules: The lists of the service.
        rights: The rights of which one is needed; none at all for what everybody may do.
        caller: Who calls.
    """
    if not rights or any(rules.admit(right, caller) for right in rights):
        return None
    needed = sorted(rights, key=list(Right).index)
    return _not_listed(needed, caller) if caller.subject else _not_known(needed, caller)


def nobody_may(method: str) -> CallerRefusedError:
    """Return what callers are told of a method that is in no table: nobody may call it."""
    return CallerRefusedError(
        f"Nobody may call {method}: this service says of it neither that everybody may, nor by "
        "which of its lists. That is a defect of the service; please report it."
    )


def _not_listed(rights: Collection[Right], caller: Caller) -> CallerRefusedError:
    shown = cut(caller.subject)
    whole = f'as "{shown}" or ' if shown == caller.subject else ""
    return CallerRefusedError(
        f"The certificate {shown} may not {_deeds(rights)}: {_lists(rights)} of this "
        "service does not name it. Whoever runs the service can add it there, "
        f"{whole}by a part of it, and start the service again: sessions stay."
    )


def _not_known(rights: Collection[Right], caller: Caller) -> AuthenticationError:
    here = (
        f' Whoever runs the service can also add "{LOCAL}" there, for all programs on its machine.'
        if caller.local
        else ""
    )
    return AuthenticationError(
        f"A program without a certificate may not {_deeds(rights)} here: {_lists(rights)} of this "
        "service names who may. Connect to its TLS port with a client certificate that stands "
        f"there.{here}"
    )


def _deeds(rights: Collection[Right]) -> str:
    return " or ".join(right.deed for right in rights)


def _lists(rights: Collection[Right]) -> str:
    keys = " or ".join(f"`{right.value}`" for right in rights)
    return f"the list {keys} in [access] of the configuration"
