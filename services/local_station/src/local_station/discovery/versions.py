"""Versions of services: three or four numbers, compared part by part, echoed as they were given."""

from __future__ import annotations

import re
from collections.abc import Sequence

from session_sharing.errors import InvalidRequestError

DEFAULT_VERSION = "0.0.1"
"""The version of a service that registers without one."""

_VERSION = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10}){2,3}")

VersionKey = tuple[int, ...]


def version_key(version: str) -> VersionKey | None:
    """Return what versions are compared by, None if the text is no version.

    A missing fourth part counts as 0: `1.2.3` and `1.2.3.0` are the same version.
    """
    if _VERSION.fullmatch(version) is None:
        return None
    parts = [int(part) for part in version.split(".")]
    return (*parts, *[0] * (4 - len(parts)))


def registered_version(versions: Sequence[str]) -> str:
    """Return the one version of a registration; empty texts count as none.

    Raises:
        InvalidRequestError: More than one version, the reserved one, or a text that is no version.
    """
    given = [version for version in versions if version]
    if not given:
        return DEFAULT_VERSION
    if len(given) > 1:
        raise InvalidRequestError(
            f"A registration has one version, not {len(given)} ({', '.join(given)}). "
            "Register each version by itself."
        )
    key = version_key(given[0])
    if key is None:
        raise InvalidRequestError(
            f"{given[0]!r} is no version. Write three or four numbers, for example 1.0.0."
        )
    if key == version_key(DEFAULT_VERSION):
        raise InvalidRequestError(
            f"The version {given[0]} is reserved for services without one. Give another, or none."
        )
    return given[0]
