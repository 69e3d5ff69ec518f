"""Whether records wait for resources that are away, or were refused by them for good."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.backlogs import refused_command
from session_sharing.cli.doctor.facts import Facts, ServiceFacts
from session_sharing.cli.doctor.findings import Finding, warning
from session_sharing.cli.left_spools import SERVICE
from session_sharing.cli.output import counted
from session_sharing.information import Backlog, clock, sentence

_MIB = 1024 * 1024


def records_wait(facts: Facts) -> Iterator[Finding]:
    """Find records that wait, and are not being delivered."""
    for service, backlog in _backlogs(facts):
        if backlog.waiting_records and backlog.reason:
            since = f" since {clock(backlog.waiting_since)}" if backlog.waiting_since else ""
            yield warning(
                "records-wait",
                f"{service.subject} keeps {counted(backlog.waiting_records, 'record')} for "
                f"{backlog.resource_name!r}{since}{_room(backlog)}: {sentence(backlog.reason)}",
                "Mend what the reason names: they are delivered by themselves, in order.",
            )


def records_were_refused(facts: Facts) -> Iterator[Finding]:
    """Find records that a resource refused for good."""
    for service, backlog in _backlogs(facts):
        if backlog.refused_records:
            folder = service.service.data_folder if service.service else ""
            command = refused_command(folder)
            yield warning(
                "records-refused",
                f"{service.subject} keeps {counted(backlog.refused_records, 'record')} that "
                f"{backlog.resource_name!r} refused for good.",
                f"`{command} --refused` shows them, and why. When that is mended, "
                f"`{command} --retry-refused {backlog.resource_name}` has them tried again.",
            )


def records_wait_for_their_service(facts: Facts) -> Iterator[Finding]:
    """Find records in the spools of services that do not run."""
    for left in facts.spools:
        if str(left.backlog):
            yield warning(
                "records-wait" if left.backlog.waiting_records else "records-refused",
                f"{SERVICE} is not running, so nobody delivers what its spool {left.path} keeps "
                f"for {left.backlog.resource_name!r}: {left.backlog}.",
                f"Start it again: {left.start}. It delivers what waits, in order; "
                f"`{refused_command(left.data_folder)} --refused` shows what was refused.",
            )


def spool_is_unreadable(facts: Facts) -> Iterator[Finding]:
    """Find spools of services that do not run, and of which nobody can say what waits."""
    for left in facts.spools:
        if left.problem:
            yield warning(
                "damaged-spool",
                f"The spool {left.path} of {SERVICE}, which is not running, cannot be read: "
                f"{left.problem}. Whether records wait in it is not known.",
                f"Check the disk and the rights of {left.path.parent}, then start {SERVICE}: it "
                "says what is wrong. Delete nothing there; what waits is nowhere else.",
            )


CHECKS = (records_wait, records_were_refused, records_wait_for_their_service, spool_is_unreadable)


def _backlogs(facts: Facts) -> Iterator[tuple[ServiceFacts, Backlog]]:
    for service in facts.services:
        for backlog in service.service.backlogs if service.service else ():
            yield service, backlog


def _room(backlog: Backlog) -> str:
    if not backlog.limit_bytes:
        return ""
    used, limit = backlog.waiting_bytes / _MIB, backlog.limit_bytes / _MIB
    return f" ({used:.1f} of {limit:.0f} MiB)"
