"""What is there when services that fell under load are back: sessions, and what is stored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from session_sharing.client.administration import Administration
from session_sharing.identity import this_client
from session_sharing.information import SessionInformation
from session_sharing.journals.lines import read_lines, to_line
from session_sharing.records import parse_line
from tests.system.restart_cast import Program, Service

Sessions = dict[str, SessionInformation]


@dataclass
class Aftermath:
    """What came of it; what is by service has its module as key.

    Attributes:
        services: The services; they have ended.
        programs: The programs; they have ended, the last by force.
        exit_codes: Of those that ended by themselves.
        shared: The session name of what all shared.
        public_ids: The public ids that the shared session had, run after run.
        held: What the killed program held when the services were back.
        released_after: How long it kept that, in seconds from before their start.
        left: The sessions at the end.
        stored: The records of each resource, as "program/number".
        registered: Whether discovery finds a service where it is. It was killed, and is back.
        after_reboot: The sessions of the logger after a reboot.
        ways: How the services fell, round by round.
        pauses: For how long it was waited until all programs went on, in seconds.
    """

    services: dict[str, Service]
    programs: list[Program] = field(default_factory=list)
    exit_codes: list[int] = field(default_factory=list)
    shared: dict[str, str] = field(default_factory=dict)
    public_ids: dict[str, set[str]] = field(default_factory=dict)
    held: dict[str, Sessions] = field(default_factory=dict)
    released_after: dict[str, float] = field(default_factory=dict)
    left: dict[str, Sessions] = field(default_factory=dict)
    stored: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    registered: dict[str, bool] = field(default_factory=dict)
    after_reboot: Sessions = field(default_factory=dict)
    ways: list[dict[str, str]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def victim(self) -> Program:
        """The program that was killed."""
        return self.programs[-1]


def by_resource(service: Service) -> Sessions:
    """Return the sessions that a service has now."""
    with Administration(service.address) as administration:
        return {session.resource_name: session for session in administration.sessions()}


def stored(service: Service) -> dict[str, list[str]]:
    """Read what the resources of a service hold: "program/number", in the order of the records."""
    read = {"log": in_file, "sqlite": in_database}[service.ending]
    return {path.name: read(path) for path in service.folder.glob(f"*.{service.ending}")}


def in_file(path: Path) -> list[str]:
    """Read a log file, of which each line has to be whole."""
    lines = path.read_bytes().splitlines(keepends=True)
    return [parse_line(line).measurement_name for line in lines]


def in_database(path: Path) -> list[str]:
    """Read an SQLite file."""
    with closing(sqlite3.connect(path)) as database:
        return [name for (name,) in database.execute("SELECT name FROM measurements ORDER BY id")]


def let_reboot(journal: Path) -> None:
    """Let a journal be that of an earlier run of the operating system, and so all that it names."""
    boot_id = this_client().boot_id
    texts = read_lines(journal.read_bytes()).texts
    assert boot_id in texts[0]
    lines = [to_line(text.replace(boot_id, "an earlier one")) for text in texts]
    journal.write_text("".join(lines), "ascii")
