"""What a log file may be called: pure rules, the same on every platform where they can be."""

from __future__ import annotations

import re

from session_sharing.errors import ResourceNameError

ENDINGS = (".ndjson", ".log", ".txt")
"""The endings of log files, in any letter case."""

MAXIMUM_NAME_BYTES = 220
"""Of one part of a path: what is beside the log has a longer name and must fit as well."""

MAXIMUM_PATH_BYTES = 800
"""Of the whole name, so that with its folder it fits into what systems take (1024 on macOS)."""

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_log_name(resource: str, *, windows: bool) -> str:
    """Check the name of a log file; return it with `/` as the only separator.

    Args:
        resource: The name as the client gave it, without alias. Slash and backslash both separate.
        windows: Whether the service runs on Windows, where drives exist.

    Raises:
        ResourceNameError: The name can be no log file's.
    """
    name = resource.replace("\\", "/")
    if _CONTROL.search(name):
        raise _refuse(resource, "it contains control characters", "Leave them out.")
    _check_drive(resource, name, windows=windows)
    if not name.lower().endswith(ENDINGS):
        raise _refuse(resource, "of its ending", f"A log file ends in {', '.join(ENDINGS)}.")
    for part in name.split("/"):
        _check_part(resource, part)
    _check_size(resource, name, "it", MAXIMUM_PATH_BYTES)
    return name


def _check_drive(resource: str, name: str, *, windows: bool) -> None:
    has_drive = _DRIVE.match(name) is not None
    if not windows and (has_drive or name.startswith("//")):
        raise _refuse(
            resource,
            "it names a drive or a network share, and this service does not run on Windows",
            "Give a path relative to the service's data folder.",
        )
    if has_drive and not name[2:].startswith("/"):
        raise _refuse(resource, "it names a drive without a folder", "Write 'C:/folder/...'.")
    if windows and ":" in (name[2:] if has_drive else name):
        raise _refuse(resource, "of a ':' in it", "Leave it out: it names no file on Windows.")


def _check_part(resource: str, part: str) -> None:
    stem = part.split(".", 1)[0].rstrip()
    if _RESERVED.fullmatch(stem):
        raise _refuse(resource, f"{part!r} is a device on Windows", "Choose another name.")
    if part not in {".", ".."} and part.endswith((".", " ")):
        raise _refuse(resource, f"{part!r} ends in a dot or blank", "Windows would drop it.")
    _check_size(resource, part, "a part of it", MAXIMUM_NAME_BYTES)


def _check_size(resource: str, text: str, what: str, limit: int) -> None:
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise _refuse(resource, "it is no valid Unicode", "Leave out the surrogates.") from None
    if size > limit:
        raise _refuse(resource, f"{what} has {size} bytes", f"{limit} at most are taken here.")


def _refuse(resource: str, why: str, what_to_do: str) -> ResourceNameError:
    shown = ascii(resource) if len(resource) <= 200 else ascii(resource[:200]) + "..."
    return ResourceNameError(
        f"{shown} cannot be a log file, because {why}. {what_to_do}", resource_name=resource[:200]
    )
