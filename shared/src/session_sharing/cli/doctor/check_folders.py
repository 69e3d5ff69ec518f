"""Whether data folders take what services write."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Facts
from session_sharing.cli.doctor.findings import Finding, error, warning

_MEBIBYTE = 1 << 20
WARN_BYTES = 1024 * _MEBIBYTE
ERROR_BYTES = 100 * _MEBIBYTE


def disk_is_nearly_full(facts: Facts) -> Iterator[Finding]:
    """Find disks without much room."""
    for folder in facts.folders:
        free = folder.free_bytes
        if free is None or free >= WARN_BYTES:
            continue
        what = f"Only {free // _MEBIBYTE} MiB are free on the disk of {folder.path}"
        mend = "Make room there, or start the service with --data-dir on another disk."
        if free < ERROR_BYTES:
            yield error("disk-space", f"{what}: soon nothing can be stored.", mend)
        else:
            yield warning("disk-space", f"{what}.", mend)


def folder_cannot_be_written(facts: Facts) -> Iterator[Finding]:
    """Find data folders that are gone, or closed to the user."""
    for folder in facts.folders:
        if folder.refusal:
            yield error(
                "data-folder",
                f"Nothing can be written in the data folder {folder.path}: {folder.refusal}.",
                f"Create {folder.path} where it is missing, give the user who runs the service the "
                "right to write there, or choose another folder with --data-dir; then restart it.",
            )


CHECKS = (disk_is_nearly_full, folder_cannot_be_written)
