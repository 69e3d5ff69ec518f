"""Resource names: what a pin map names, and the alias that may end it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from session_sharing.errors import ResourceNameError

_ALIAS = re.compile(r"client=([A-Za-z0-9_-]{1,32})", re.IGNORECASE | re.ASCII)

_ADDRESS = re.compile(
    r"://|:(?!(?<=^[a-z]:)[/\\]).*@|(passw\w*|\bpwd)\s*=", re.IGNORECASE | re.DOTALL
)
"""A URL, USER:PASSWORD@HOST (but no path with a drive), or password=... and pwd=..."""


@dataclass(frozen=True)
class ResourceName:
    """A resource name taken apart.

    Attributes:
        resource: The name without the alias.
        alias: The NAME of `?client=NAME` in lower case; empty if there is none.
    """

    resource: str
    alias: str = ""


def may_hold_password(text: str) -> bool:
    """Say whether a text looks like the address of a server, so that errors must not repeat it."""
    return _ADDRESS.search(text) is not None


def parse_resource_name(text: str) -> ResourceName:
    """Take a resource name apart.

    Args:
        text: A resource name as it stands in a pin map; it may end in `?client=NAME`, where NAME
            is one to 32 letters, digits, `_` or `-`, without regard to case.

    Raises:
        ResourceNameError: The name is empty, something else follows a `?`, or it looks like the
            address of a server: then it is not repeated, as it may hold a password.
    """
    if may_hold_password(text):
        raise ResourceNameError(
            "The resource name looks like the address of a server, which does not belong into pin "
            "maps and programs (it is not repeated here, as it may hold a password). Name the "
            "resource as the service knows it: a file, a device, or the name of a database in the "
            "service's configuration."
        )
    resource, mark, suffix = text.partition("?")
    if not resource.strip():
        raise ResourceNameError(
            "The resource name is empty. Name the file, database or device as the pin map does.",
            resource_name=text,
        )
    if not mark:
        return ResourceName(resource)
    match = _ALIAS.fullmatch(suffix)
    if match is None:
        raise ResourceNameError(
            f"{text!r} has something other than an alias behind its '?'. Only '?client=NAME' may "
            "follow, NAME being 1 to 32 letters, digits, '_' or '-'.",
            resource_name=text,
        )
    return ResourceName(resource, match.group(1).lower())
