"""What files that are resources may be called: pure rules, as far as can be for every platform."""

from __future__ import annotations

import re
from dataclasses import dataclass

from session_sharing.errors import ResourceNameError

MAXIMUM_NAME_BYTES = 220
"""Of one part of a path: what is beside the file has a longer name and must fit as well."""

MAXIMUM_PATH_BYTES = 800
"""Of the whole name, so that with its folder it fits into what systems take (1024 on macOS)."""

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class FileKind:
    """What kind of files a service holds.

    Attributes:
        noun: What one is called in errors, for example "log file".
        endings: How their names end, in lower case; any letter case is taken.
    """

    noun: str
    endings: tuple[str, ...]

    def has_ending(self, name: str) -> bool:
        """Say whether a name ends as those of this kind do."""
        return name.lower().endswith(self.endings)

    @property
    def rule(self) -> str:
        """How names end, as a sentence."""
        return f"A {self.noun} ends in {', '.join(self.endings)}."


def check_file_name(resource: str, kind: FileKind, *, windows: bool) -> str:
    """Check the name of a file; return it with `/` as the only separator.

    Args:
        resource: The name as the client gave it, without alias. Slash and backslash both separate.
        kind: What kind of file it has to be.
        windows: Whether the service runs on Windows, where drives exist.

    Raises:
        ResourceNameError: No file of this kind can have the name.
    """
    name = resource.replace("\\", "/")
    asked = _Asked(resource, kind)
    if _CONTROL.search(name):
        raise asked.refusal("it contains control characters", "Leave them out.")
    _check_drive(asked, name, windows=windows)
    if not kind.has_ending(name):
        raise asked.refusal("of its ending", kind.rule)
    for part in name.split("/"):
        _check_part(asked, part)
    _check_size(asked, name, "it", MAXIMUM_PATH_BYTES)
    return name


@dataclass(frozen=True)
class _Asked:
    """What was asked for, as refusals tell it."""

    resource: str
    kind: FileKind

    def refusal(self, why: str, what_to_do: str) -> ResourceNameError:
        name = self.resource
        shown = ascii(name) if len(name) <= 200 else ascii(name[:200]) + "..."
        return ResourceNameError(
            f"{shown} cannot be a {self.kind.noun}, because {why}. {what_to_do}",
            resource_name=name[:200],
        )


def _check_drive(asked: _Asked, name: str, *, windows: bool) -> None:
    has_drive = _DRIVE.match(name) is not None
    if not windows and (has_drive or name.startswith("//")):
        raise asked.refusal(
            "it names a drive or a network share, and this service does not run on Windows",
            "Give a path relative to the service's data folder.",
        )
    if has_drive and not name[2:].startswith("/"):
        raise asked.refusal("it names a drive without a folder", "Write 'C:/folder/...'.")
    if windows and ":" in (name[2:] if has_drive else name):
        raise asked.refusal("of a ':' in it", "Leave it out: it names no file on Windows.")


def _check_part(asked: _Asked, part: str) -> None:
    stem = part.split(".", 1)[0].rstrip()
    if _RESERVED.fullmatch(stem):
        raise asked.refusal(f"{part!r} is a device on Windows", "Choose another name.")
    if part not in {".", ".."} and part.endswith((".", " ")):
        raise asked.refusal(f"{part!r} ends in a dot or blank", "Windows would drop it.")
    _check_size(asked, part, "a part of it", MAXIMUM_NAME_BYTES)


def _check_size(asked: _Asked, text: str, what: str, limit: int) -> None:
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise asked.refusal("it is no valid Unicode", "Leave out the surrogates.") from None
    if size > limit:
        raise asked.refusal(f"{what} has {size} bytes", f"{limit} at most are taken here.")
