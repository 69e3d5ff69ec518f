"""What the doctor makes of what it saw: no look at anything, only judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from session_sharing.cli.doctor.facts import Answer, Endpoint, Folder, Listener, Pointer
from session_sharing.cli.doctor.judge import judge
from session_sharing.information import Backlog
from shared.tests.unit.cli.doctor.stations import (
    GIBIBYTE,
    HEALTHY,
    HINT,
    KEY_FILE,
    NOW,
    REMEMBERED,
    SESSION,
    STATION,
    TOLD,
    VARIABLE,
    environment,
    journal,
    listener,
    pointers,
    service,
    session,
    spool,
    told,
)

FAULTS = {
    "nothing": (pointers(), "no-discovery", "error", "python -m local_station"),
    "no key file": (pointers(HINT), "no-discovery", "error", "=localhost:6"),
    "stale": (
        pointers(replace(STATION, answer=Answer.NOBODY)),
        *("stale-key-file", "error", "python -m local_station"),
    ),
    "garbage": (
        pointers(replace(STATION, address="", problem="It is garbage.", answer=Answer.NOBODY)),
        *("bad-key-file", "error", f"Delete {KEY_FILE}"),
    ),
    "variable": (
        pointers(Pointer("the variable", problem="It is no address.")),
        *("bad-address", "error", "unset"),
    ),
    "elsewhere": (
        pointers(VARIABLE, STATION),
        *("discovery-elsewhere", "error", "Unset SESSION_SHARING_DISCOVERY: then"),
    ),
    "nowhere": (pointers(VARIABLE), "discovery-elsewhere", "error", "Unset"),
    "two": (
        pointers(replace(VARIABLE, answer=Answer.ANSWERED), STATION),
        *("discovery-elsewhere", "warning", "localhost:1"),
    ),
    "hangs": (
        pointers(replace(STATION, answer=Answer.SILENT)),
        *("discovery-silent", "error", "End the program"),
    ),
    "frozen station": (
        pointers(replace(STATION, answer=Answer.SILENT, process="process 7")),
        *("discovery-silent", "error", "names process 7"),
    ),
    "other program": (
        pointers(replace(STATION, answer=Answer.OTHER)),
        *("discovery-silent", "error", "End the program"),
    ),
    "IPv4 only": (listener(v4=True, v6=False), "one-loopback-family", "warning", "port 2 on ::1"),
    "localhost, where gRPC finds a way": (
        replace(
            listener(v4=False, v6=True, on_all=False, reached=True),
            machine=replace(HEALTHY.machine, localhost=frozenset({"127.0.0.1"})),
        ),
        *("localhost", "warning", "`::1 localhost`"),
    ),
    "localhost": (
        replace(
            listener(v4=False, v6=True, on_all=False),
            machine=replace(HEALTHY.machine, localhost=frozenset({"127.0.0.1"})),
        ),
        *("localhost", "error", "`::1 localhost`"),
    ),
    "proxy": (
        environment(https_proxy="http://proxy:80", no_proxy="*"),
        *("proxy", "warning", "Set no_proxy=*,localhost,127.0.0.1,::1"),
    ),
    "gRPC's own exceptions win": (
        environment(http_proxy="http://proxy:80", no_grpc_proxy="x", no_proxy="localhost"),
        *("proxy", "warning", "Set no_grpc_proxy=x,localhost"),
    ),
    "dead": (
        service(answer=Answer.NOBODY, service=None, sessions=()),
        *("dead-service", "error", "Start Logger again"),
    ),
    "killed": (
        service(
            endpoint=replace(REMEMBERED, process="process 7"),
            answer=Answer.NOBODY,
            service=None,
            sessions=(),
            owns_port_file=False,
        ),
        *("killed-service", "warning", "python -m json_logger"),
    ),
    "stopped under a program that lives": (
        journal(may_live=True),
        *("left-sessions", "error", "/data: python -m json_logger"),
    ),
    "stopped with sessions of the dead": (
        journal(may_live=False),
        *("left-sessions", "warning", "python -m json_logger"),
    ),
    "killed with sessions": (
        replace(
            service(
                endpoint=replace(REMEMBERED, process="process 7"),
                answer=Answer.NOBODY,
                service=None,
                sessions=(),
                owns_port_file=False,
            ),
            journals=journal(may_live=True).journals,
        ),
        *("left-sessions", "error", "python -m json_logger"),
    ),
    "journal that cannot be read": (
        journal(sessions=0, problem="it is damaged at byte 7"),
        *("damaged-journal", "warning", "start json_logger"),
    ),
    "journal set aside": (
        replace(HEALTHY, damaged_journals=(Path("/data/x.journal.damaged-1"),)),
        *("damaged-journal", "warning", "Delete"),
    ),
    "frozen": (
        service(answer=Answer.SILENT, service=None, sessions=(), owns_port_file=False),
        *("silent-service", "error", "end its process"),
    ),
    "unregistered": (
        service(endpoint=REMEMBERED),
        *("not-registered", "error", "python -m json_logger"),
    ),
    "port taken": (
        service(endpoint=REMEMBERED, owns_port_file=False, sessions=(), serving=None),
        *("port-taken", "warning", "python -m json_logger --port N"),
    ),
    "problem": (told(problems=("The disk is gone.",)), "problem", "error", "Mend"),
    "records wait": (
        told(backlogs=(Backlog("line", 7, 2048, NOW, 1 << 30, 0, "It is away."),)),
        *("records-wait", "warning", "delivered by themselves"),
    ),
    "records refused": (
        told(backlogs=(Backlog("line", refused_records=2),)),
        *("records-refused", "warning", "--retry-refused line"),
    ),
    "records wait for a service that is stopped": (
        spool(waiting_records=7, waiting_since=NOW),
        *("records-wait", "warning", 'python -m db_writer --data-dir "/data"'),
    ),
    "records refused, of a service that is stopped": (
        spool(refused_records=2),
        *("records-refused", "warning", "--refused"),
    ),
    "spool that cannot be read": (
        spool(problem="disk I/O error"),
        *("damaged-spool", "warning", "Delete nothing"),
    ),
    "not serving": (service(serving=False), "not-serving", "error", "restart"),
    "clock": (service(clock_offset=-2.5), "clock", "warning", "w32tm /resync"),
    "versions": (told(library_version="1.1.0"), "library-version", "warning", "pip install"),
    "old service": (service(service=None), "library-version", "warning", "pip install"),
    "old gRPC there": (told(grpc_version="1.72.2"), "grpc-version", "warning", "grpcio>=1.73"),
    "old gRPC here": (
        replace(HEALTHY, machine=replace(HEALTHY.machine, grpc_version="1.9")),
        *("grpc-version", "warning", "grpcio>=1.73"),
    ),
    "orphan": (session(orphan=True, attachments=()), "orphan", "warning", "close ab12"),
    "broken": (session(broken="The cable is out."), "broken-session", "error", "close ab12"),
    "pending": (session(close_pending=True), "close-pending", "warning", "close ab12 --force"),
    "disk": (
        replace(HEALTHY, folders=(Folder("/data", GIBIBYTE - 1),)),
        *("disk-space", "warning", "Make room"),
    ),
    "full disk": (
        replace(HEALTHY, folders=(Folder("/data", 99 << 20),)),
        *("disk-space", "error", "Make room"),
    ),
    "folder": (
        replace(HEALTHY, folders=(Folder("/data", GIBIBYTE, "Permission denied"),)),
        *("data-folder", "error", "--data-dir"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_with_its_mend(name: str) -> None:
    """Every fault is one finding, which says how bad it is and how to mend it."""
    facts, check, severity, mend = FAULTS[name]
    (found,) = judge(facts)
    assert (found.check, found.severity.value) == (check, severity)
    assert mend in found.mend


WELL = {
    "healthy": HEALTHY,
    "records are being delivered": told(backlogs=(Backlog("line", 7, 2048, NOW, 1 << 30),)),
    "discovery of NI's on one family": listener(v4=False, v6=True, on_all=False),
    "no IPv6 on this machine": replace(
        HEALTHY, listeners=(Listener("Logger", "localhost:2", {"127.0.0.1": True}, on_all=True),)
    ),
    "localhost is excepted": environment(http_proxy="http://proxy:80", no_proxy=".x, localhost"),
    "no proxy for gRPC": environment(grpc_proxy="", http_proxy="http://proxy:80"),
    "a kind of proxy that gRPC does not use": environment(https_proxy="socks5://proxy:80"),
    "stopped": service(
        endpoint=REMEMBERED,
        answer=Answer.NOBODY,
        service=None,
        sessions=(),
        owns_port_file=False,
    ),
    "of another kind": service(
        endpoint=Endpoint("Pin Map", "localhost:2", registered=True),
        answer=Answer.OTHER,
        service=None,
        sessions=(),
        serving=None,
        owns_port_file=False,
    ),
    "versions that are not known": told(library_version="", grpc_version=""),
    "clocks that agree": service(clock_offset=1.9),
    "pending, and used": session(close_pending=True, last_used_at=NOW - timedelta(seconds=59)),
    "stopped when nothing was open": journal(sessions=0),
    "a key file of another cluster": pointers(STATION, HINT),
}


@pytest.mark.parametrize("name", WELL)
def test_nothing_is_found_where_nothing_is_wrong(name: str) -> None:
    """What is as it should be, or cannot be known, is no finding."""
    assert judge(WELL[name]) == []


def test_broken_session_is_told_once() -> None:
    """What a service says of a broken session is not told again as a problem of the service."""
    problems = ("The session ab12 on 'log.txt' is broken.", "The disk is gone.")
    broken = replace(SESSION, broken="The cable is out.")
    facts = service(service=replace(TOLD, problems=problems), sessions=(broken,))
    assert [found.what for found in judge(facts) if found.check == "problem"] == [
        "Logger at localhost:2 says: The disk is gone."
    ]
    assert [found.check for found in judge(facts)] == ["problem", "broken-session"]


def test_errors_stand_first() -> None:
    """What does not work is told before what may go wrong."""
    facts = replace(
        environment(http_proxy="http://proxy:80"), services=service(serving=False).services
    )
    assert [finding.severity.value for finding in judge(facts)] == ["error", "warning"]
