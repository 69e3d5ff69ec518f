"""All checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from session_sharing.cli.doctor import (
    check_backlogs,
    check_discovery,
    check_encryption,
    check_folders,
    check_journals,
    check_loopback,
    check_services,
    check_sessions,
    check_versions,
)
from session_sharing.cli.doctor.facts import Facts
from session_sharing.cli.doctor.findings import Finding, Severity

_CHECKS: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    *check_discovery.CHECKS,
    *check_loopback.CHECKS,
    *check_services.CHECKS,
    *check_encryption.CHECKS,
    *check_sessions.CHECKS,
    *check_backlogs.CHECKS,
    *check_journals.CHECKS,
    *check_folders.CHECKS,
    *check_versions.CHECKS,
)


def judge(facts: Facts) -> list[Finding]:
    """Return what is wrong, errors first."""
    found = [finding for check in _CHECKS for finding in check(facts)]
    return sorted(found, key=lambda finding: finding.severity is not Severity.ERROR)
