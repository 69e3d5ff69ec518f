"""Whether programs on this machine find a discovery service."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Answer, DiscoveryFacts, Facts, Pointer
from session_sharing.cli.doctor.findings import Finding, capital, error, warning
from session_sharing.discovery.location import ADDRESS_VARIABLE


def nothing_points_to_discovery(facts: Facts) -> Iterator[Finding]:
    """Find that no discovery service has said where it is."""
    discovery = facts.discovery
    if discovery.used is None:
        what = f"No discovery service is running: there is no {discovery.key_file}."
        yield error("no-discovery", what + _told_elsewhere(discovery), _start(discovery))


def pointer_cannot_be_understood(facts: Facts) -> Iterator[Finding]:
    """Find that what programs follow names no address."""
    used = facts.discovery.used
    if used is None or not used.problem:
        return
    mend = "Correct the environment variable that is named, or unset it."
    if used.key_file is not None:
        mend = f"Delete {used.key_file}, then start discovery, which writes it anew. "
        mend += _start(facts.discovery)
    yield error("bad-key-file" if used.key_file else "bad-address", used.problem, mend)


def nobody_is_where_pointer_says(facts: Facts) -> Iterator[Finding]:
    """Find a stale key file, or a variable that names nothing."""
    discovery = facts.discovery
    used = discovery.used
    if used is None or used.problem or used.answer is not Answer.NOBODY:
        return
    what = f"Nobody listens at {used.address}, which {used.told_by} names: "
    if used.key_file is not None:
        what += "the file was left behind by a discovery service that was killed."
        mend = f"{_start(discovery)} (it writes the file anew)"
        yield error("stale-key-file", what + _told_elsewhere(discovery), mend)
        return
    what += "no program here finds any service."
    yield error("discovery-elsewhere", what + _told_elsewhere(discovery), _follow(discovery))


def discovery_does_not_answer(facts: Facts) -> Iterator[Finding]:
    """Find a discovery service that hangs, or another program in its place."""
    used = facts.discovery.used
    if used is None or used.answer not in {Answer.SILENT, Answer.OTHER}:
        return
    reasons = {
        Answer.SILENT: "takes connections, but gives no answer: it is frozen, or another program.",
        Answer.OTHER: "is no discovery service: another program has its port.",
    }
    what = f"What listens at {used.address}, which {used.told_by} names, {reasons[used.answer]}"
    who = "the program that has this port"
    if used.process:
        who += f" (the lock beside the key file names {used.process})"
    mend = f"End {who}, then start discovery. {_start(facts.discovery)}"
    yield error("discovery-silent", what + _told_elsewhere(facts.discovery), mend)


def two_discoveries_answer(facts: Facts) -> Iterator[Finding]:
    """Find that programs with and without the environment variable meet different services."""
    discovery = facts.discovery
    used, other = discovery.used, discovery.elsewhere
    if used is None or other is None or not discovery.is_live or not other.followed:
        return
    yield warning(
        "discovery-elsewhere",
        f"{capital(used.told_by)} leads to discovery at {used.address}, but {other.told_by} to "
        f"another that answers too, at {other.address}: programs started without the variable do "
        "not meet those started with it.",
        f"Unset {ADDRESS_VARIABLE} to use the one at {other.address}, or stop that one.",
    )


CHECKS = (
    nothing_points_to_discovery,
    pointer_cannot_be_understood,
    nobody_is_where_pointer_says,
    discovery_does_not_answer,
    two_discoveries_answer,
)


def _start(discovery: DiscoveryFacts) -> str:
    if discovery.elsewhere is not None:
        return _follow(discovery)
    return discovery.start


def _follow(discovery: DiscoveryFacts) -> str:
    other = discovery.elsewhere
    if other is None:
        return f"Unset {ADDRESS_VARIABLE}, or start discovery at the address that it names."
    if other.followed:
        return f"Unset {ADDRESS_VARIABLE}: then programs follow {other.told_by}."
    return (
        f"Stop the station at {other.address}, and start it again: python -m local_station. Until "
        f"then {ADDRESS_VARIABLE}={other.address} leads programs there."
    )


def _told_elsewhere(discovery: DiscoveryFacts) -> str:
    other: Pointer | None = discovery.elsewhere
    return f" One does answer at {other.address} (by {other.told_by})." if other else ""
