"""The versions of this library, and of what it stands on."""

from __future__ import annotations

import platform
from importlib import metadata

OLDEST_GRPC = (1, 73)
"""Older ones lose the stream of a client that holds the interpreter's lock."""


def library_version() -> str:
    """Return the version of this package; empty where it is used without being installed."""
    return _version("session-sharing")


def grpc_version() -> str:
    """Return the version of grpcio."""
    return _version("grpcio")


def python_version() -> str:
    """Return the version of Python."""
    return platform.python_version()


def release_of(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with; empty if it begins with none."""
    numbers: list[int] = []
    for part in version.split("."):
        if not (part.isascii() and part.isdecimal()):
            break
        numbers.append(int(part))
    return tuple(numbers)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
