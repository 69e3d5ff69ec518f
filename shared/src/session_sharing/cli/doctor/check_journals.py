"""Whether journals hold what nobody serves, or were damaged."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Facts
from session_sharing.cli.doctor.findings import Finding, error, warning


def sessions_wait_for_their_service(facts: Facts) -> Iterator[Finding]:
    """Find services that were stopped, or died, and whose sessions are to go on."""
    for journal in facts.journals:
        if journal.sessions:
            kind = error if journal.may_live else warning
            wait = "who may wait for it" if journal.may_live else "none of whom runs any more"
            wait = f" ({wait})" if journal.holders else ""
            yield kind(
                "left-sessions",
                f"{journal.name} is not running; its journal {journal.path} has "
                f"{journal.told()}{wait}.",
                f"Start it again, on the data folder {journal.path.parent}: python -m "
                f"{journal.name}. It takes up its sessions, and programs that wait go on.",
            )


def journal_is_unreadable(facts: Facts) -> Iterator[Finding]:
    """Find journals that services will not read at their next start, or not whole."""
    for journal in facts.journals:
        if journal.problem:
            yield warning(
                "damaged-journal",
                f"The journal {journal.path} of {journal.name}, which is not running, cannot be "
                f"used to its end: {journal.problem}. Sessions may be missing after its start.",
                f"Check the disk and the rights of {journal.path.parent}, then start "
                f"{journal.name}: it uses what is good, and sets a copy aside.",
            )


def journal_was_set_aside(facts: Facts) -> Iterator[Finding]:
    """Find copies of journals that were damaged when a service started."""
    for aside in facts.damaged_journals:
        yield warning(
            "damaged-journal",
            f"A journal was damaged when its service started, and was set aside as {aside}: "
            "sessions of then may have been lost, or been as they were earlier.",
            "Check that disk, and that the programs have their sessions (`python -m "
            f"session_sharing list`). Delete {aside} when nobody looks into it any more.",
        )


CHECKS = (sessions_wait_for_their_service, journal_is_unreadable, journal_was_set_aside)
