"""Whether services and this library are of one version, and new enough."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Answer, Facts
from session_sharing.cli.doctor.findings import Finding, warning
from session_sharing.versions import OLDEST_GRPC, release_of

_OLDEST = ".".join(map(str, OLDEST_GRPC))


def library_versions_differ(facts: Facts) -> Iterator[Finding]:
    """Find services of another version than this library."""
    ours = facts.machine.library_version
    for service in facts.services:
        if service.answer is not Answer.ANSWERED:
            continue
        theirs = service.service.library_version if service.service else "an older version"
        if ours and theirs and theirs != ours:
            yield warning(
                "library-version",
                f"{service.subject} has session-sharing {theirs}, and here it is {ours}: "
                "what the newer one added does not work between them.",
                "Install the newer version on both sides, then restart the service: "
                "python -m pip install --upgrade session-sharing",
            )


def grpc_is_too_old(facts: Facts) -> Iterator[Finding]:
    """Find a gRPC that loses the connection of a client which holds the interpreter's lock."""
    here = {"this Python": facts.machine.grpc_version}
    services = {one.title: one.service.grpc_version for one in facts.services if one.service}
    for who, version in (here | services).items():
        release = release_of(version)
        if release and release < OLDEST_GRPC:
            yield warning(
                "grpc-version",
                f"grpcio {version} of {who} is older than {_OLDEST}: clients that are busy in a "
                "driver for some seconds lose their sessions.",
                f'python -m pip install "grpcio>={_OLDEST}" in its environment, then restart it.',
            )


CHECKS = (library_versions_differ, grpc_is_too_old)
