"""Whether records wait for resources that are away, or were refused by them for good."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Facts, ServiceFacts
from session_sharing.cli.doctor.findings import Finding, warning
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
            command = f'python -m db_writer --data-dir "{folder}"'
            yield warning(
                "records-refused",
                f"{service.subject} keeps {counted(backlog.refused_records, 'record')} that "
                f"{backlog.resource_name!r} refused for good.",
                f"`{command} --refused` shows them, and why. When that is mended, "
                f"`{command} --retry-refused {backlog.resource_name}` has them tried again.",
            )


CHECKS = (records_wait, records_were_refused)


def _backlogs(facts: Facts) -> Iterator[tuple[ServiceFacts, Backlog]]:
    for service in facts.services:
        for backlog in service.service.backlogs if service.service else ():
            yield service, backlog


def _room(backlog: Backlog) -> str:
    if not backlog.limit_bytes:
        return ""
    used, limit = backlog.waiting_bytes / _MIB, backlog.limit_bytes / _MIB
    return f" ({used:.1f} of {limit:.0f} MiB)"
