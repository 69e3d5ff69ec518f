"""Whether services run, answer, and can be found."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Answer, Facts
from session_sharing.cli.doctor.findings import Finding, error, warning

CLOCK_SECONDS = 2.0
"""How far clocks may differ."""


def service_is_dead(facts: Facts) -> Iterator[Finding]:
    """Find services that should listen, and do not."""
    for service in facts.services:
        if service.answer is not Answer.NOBODY or not service.endpoint.expected:
            continue
        known = "is registered in discovery" if service.endpoint.registered else "was named"
        yield error(
            "dead-service",
            f"{service.subject} {known}, but nobody listens there: it died without "
            "unregistering, or was never there.",
            f"Start {service.again}: it takes up its sessions, and registers anew.",
        )


def service_was_killed(facts: Facts) -> Iterator[Finding]:
    """Find services that ended without giving their data folder back."""
    for service in facts.services:
        endpoint = service.endpoint
        if facts.has_left_sessions(endpoint.port_file):
            continue  # It is told already, with those who wait.
        if service.answer is Answer.NOBODY and not endpoint.expected and endpoint.process:
            yield warning(
                "killed-service",
                f"{endpoint.name} ({endpoint.process}) does not run any more, and was not stopped "
                f"in order: {endpoint.port_file} and the lock beside it are there still.",
                f"Start {service.again}: it takes up its sessions.",
            )


def service_is_silent(facts: Facts) -> Iterator[Finding]:
    """Find services that take connections, and do not answer."""
    for service in facts.services:
        if service.answer is not Answer.SILENT or not service.endpoint.expected:
            continue
        process = f" ({service.endpoint.process})" if service.endpoint.process else ""
        yield error(
            "silent-service",
            f"{service.subject}{process} takes connections, but does not answer: it is "
            "frozen, or badly overloaded.",
            "Let it go on if it was stopped on purpose, as by a debugger; else end its process and "
            f"start {service.again}: it takes up its sessions.",
        )


def service_is_not_registered(facts: Facts) -> Iterator[Finding]:
    """Find services that run, and that nobody finds."""
    if not facts.discovery.is_live:
        return  # Nobody can be registered, which is told already.
    used = facts.discovery.used
    for service in facts.services:
        if not service.endpoint.registered and service.owns_port_file:
            yield error(
                "not-registered",
                f"{service.subject} runs, but discovery at "
                f"{used.address if used else ''} does not know it: clients do not find it.",
                "Wait some seconds, as it registers by itself, and look again. If it stays so, its "
                "log says why; it may follow another discovery, then restart it from here: "
                f"python -m {service.endpoint.name}",
            )


def port_is_taken(facts: Facts) -> Iterator[Finding]:
    """Find that a service's port of the last run belongs to another program now."""
    for service in facts.services:
        port_file = service.endpoint.port_file
        silent_owner = service.answer is Answer.SILENT and service.endpoint.registered
        if port_file is None or service.owns_port_file or silent_owner:
            continue
        if service.answer in {Answer.NOBODY, Answer.REFUSED}:
            continue  # It is free, and the service will have it again; or who has it is not known.
        who = f" ({service.service.process})" if service.service else ""
        name = port_file.stem
        yield warning(
            "port-taken",
            f"The port of the last run of {name}, {service.endpoint.address} by {port_file}, is "
            f"taken by another program{who}: {name} gets another port, and clients that were given "
            "this address do not find it.",
            f"End that program before you start {name}, or give the service a port of its own: "
            f"python -m {name} --port N",
        )


def service_has_problems(facts: Facts) -> Iterator[Finding]:
    """Find what services say is wrong with them; broken sessions are told by themselves."""
    for service in facts.services:
        problems = service.service.problems if service.service else ()
        broken = [session.public_id for session in service.sessions if session.broken]
        for problem in problems:
            if any(public_id in problem for public_id in broken):
                continue
            yield error(
                "problem",
                f"{service.subject} says: {problem}",
                "Mend what it names; the service notices by itself within some seconds.",
            )
        if service.serving is False and not problems:
            yield error(
                "not-serving",
                f"{service.subject} answers, but says that it is NOT_SERVING.",
                "If it is stopping, wait for its end. Else its log says why; restart it.",
            )


def clocks_differ(facts: Facts) -> Iterator[Finding]:
    """Find services whose clock is not ours."""
    for service in facts.services:
        if abs(service.clock_offset) > CLOCK_SECONDS:
            which = "ahead of" if service.clock_offset > 0 else "behind"
            yield warning(
                "clock",
                f"The clock of {service.title} is {abs(service.clock_offset):.1f} s {which} the "
                "clock here: times in logs cannot be compared.",
                "Set both clocks by a time server: `w32tm /resync` on Windows, "
                "`timedatectl set-ntp true` on Linux.",
            )


CHECKS = (
    service_is_dead,
    service_was_killed,
    service_is_silent,
    service_is_not_registered,
    port_is_taken,
    service_has_problems,
    clocks_differ,
)
