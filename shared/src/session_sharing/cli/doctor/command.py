"""`doctor`: the command."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from session_sharing.cli.doctor.facts import Answer, Facts
from session_sharing.cli.doctor.findings import Finding, Severity
from session_sharing.cli.doctor.gather import gather
from session_sharing.cli.doctor.judge import judge
from session_sharing.cli.output import counted, print_json

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="find what is wrong on this station, and how to mend it",
        description="Looks at discovery, ports, proxies, services, sessions, disks, clocks and "
        "versions, and says for each fault how to mend it. It changes nothing. "
        "Exit code 0: nothing is wrong, or there are warnings only. 1: there are errors.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument(
        "--address",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="a service to ask besides those that discovery knows; may be repeated",
    )
    parser.add_argument(
        "--data-dir",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="the data folder of a service that is not the usual one; may be repeated",
    )
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Look, judge, and tell; return 1 if there are errors, else 0."""
    facts = gather(arguments.address, arguments.data_dir)
    findings = judge(facts)
    if arguments.json:
        print_json([_fields(finding) for finding in findings])
    else:
        _print(facts, findings)
    return int(any(finding.severity is Severity.ERROR for finding in findings))


def _fields(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity.value,
        "check": finding.check,
        "what": finding.what,
        "mend": finding.mend,
    }


def _print(facts: Facts, findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(f"{finding.severity.name}  {finding.what}\n    mend: {finding.mend}\n")
    counts = Counter(finding.severity for finding in findings)
    told = ", ".join(counted(counts[kind], kind.value) for kind in Severity if counts[kind])
    print(f"{told or 'Nothing is wrong'}. Looked at {_looked_at(facts)}.", flush=True)


def _looked_at(facts: Facts) -> str:
    used = facts.discovery.used
    answered = [one for one in facts.services if one.answer is Answer.ANSWERED]
    sessions = sum(len(one.sessions) for one in answered)
    where = f"discovery at {used.address}" if used and used.address else "no discovery"
    return (
        f"{where}, {counted(len(facts.services), 'service')} ({len(answered)} with sessions, "
        f"{sessions} open), {counted(len(facts.folders), 'data folder')}"
    )
