"""Which right each method needs. What is not in the table nobody may call."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from session_sharing.access.rights import Right

FREE: frozenset[Right] = frozenset()
"""The need of methods that tell nothing of sessions: whoever can connect may call them."""

_ATTACHING = frozenset({Right.ATTACH})

FREE_SERVICES = frozenset(
    {
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    }
)
"""Whether a service is well, and which methods it has, are no secrets: tools ask for them first."""

_ADMINISTRATION = "session_sharing.v1.SessionAdministration"

COMMON: Mapping[str, frozenset[Right]] = {
    "session_sharing.v1.SessionClients/Connect": _ATTACHING,
    f"{_ADMINISTRATION}/ListSessions": frozenset({Right.LOOK}),
    f"{_ADMINISTRATION}/WatchSessions": frozenset({Right.LOOK}),
    f"{_ADMINISTRATION}/GetService": frozenset({Right.LOOK}),
    # To ask for the closing takes a session from nobody: who attaches may, as by its release. By
    # force only the latter may; which of both is asked for stands in the request.
    f"{_ADMINISTRATION}/CloseSession": frozenset({Right.ATTACH, Right.FORCE_CLOSE}),
}
"""The methods that every session service has, and the rights of which a caller needs one."""


def is_free(method: str) -> bool:
    """Return whether a method is one that whoever can connect may call."""
    return method.removeprefix("/").rpartition("/")[0] in FREE_SERVICES


def rights_for(method: str, own_services: Collection[str]) -> frozenset[Right] | None:
    """Return the rights of which a caller of a method needs one.

    Args:
        method: `package.Service/Method`, as gRPC names it, with or without the slash before it.
        own_services: The full names of what a service offers beside the common services: all
            methods of these are for those who attach.

    Returns:
        The rights; none at all if everybody may call it; None if nobody may.
    """
    name = method.removeprefix("/")
    service = name.rpartition("/")[0]
    if service in own_services:
        return _ATTACHING
    return FREE if is_free(name) else COMMON.get(name)
