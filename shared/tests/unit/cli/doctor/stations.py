"""Facts of a station on which all is well, and of others that differ in one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from session_sharing.cli.doctor.facts import (
    Answer,
    DiscoveryFacts,
    Endpoint,
    Facts,
    Folder,
    Listener,
    Machine,
    Pointer,
    ServiceFacts,
)
from session_sharing.cli.journals import IdleJournal
from session_sharing.cli.left_spools import LeftSpool
from session_sharing.information import (
    AttachmentInformation,
    Backlog,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.service_information import ServiceInformation

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=timezone.utc)
GIBIBYTE = 1 << 30
KEY_FILE = Path("/home/DiscoveryService.json")
STATION = Pointer(f"the key file {KEY_FILE}", "localhost:1", Answer.ANSWERED, key_file=KEY_FILE)
HELD = AttachmentInformation("a1", 0, ClientIdentity("holder", "here", 7), NOW)
SESSION = SessionInformation(
    *("ab12", "log.txt", "/log.txt", SessionState.OPEN, False),
    created_by=ClientIdentity("creator", "here", 8),
    created_at=NOW - timedelta(hours=2),
    last_used_at=NOW - timedelta(hours=1),
    attachments=(HELD,),
)
TOLD = ServiceInformation(
    *(ClientIdentity("json_logger", "here", 9), "1.2.0", "3.12.1", "1.80.0", "i", NOW, NOW),
    grace_seconds=5.0,
    recovery_seconds=60.0,
    data_folder="/data",
    free_bytes=GIBIBYTE,
)
SERVICE = ServiceFacts(
    Endpoint("Logger", "localhost:2", registered=True, port_file=Path("/data/json_logger.port")),
    *(Answer.ANSWERED, TOLD, (SESSION,)),
    serving=True,
    owns_port_file=True,
)
BOTH = {"127.0.0.1": True, "::1": True}
HEALTHY = Facts(
    Machine(NOW, frozenset(BOTH), {}, "1.2.0", "1.73.0"),
    DiscoveryFacts((STATION,), KEY_FILE, "Start one: python -m local_station"),
    (Listener("Logger", "localhost:2", BOTH, on_all=True),),
    (SERVICE,),
    (Folder("/data", GIBIBYTE),),
)


def service(**changes: Any) -> Facts:
    """Return facts of a station whose service is different."""
    return replace(HEALTHY, services=(replace(SERVICE, **changes),))


def told(**changes: Any) -> Facts:
    """Return facts of a station whose service tells something else of itself."""
    return service(service=replace(TOLD, **changes))


def session(**changes: Any) -> Facts:
    """Return facts of a station whose session is different."""
    return service(sessions=(replace(SESSION, **changes),))


def pointers(*wanted: Pointer) -> Facts:
    """Return facts of a station with other things that say where discovery is."""
    return replace(HEALTHY, discovery=replace(HEALTHY.discovery, pointers=wanted))


def journal(**changes: Any) -> Facts:
    """Return facts of a station with the journal of a service that does not run."""
    left = IdleJournal(Path("/data/json_logger.journal"), 3, ("script.py (process 7)",))
    return replace(HEALTHY, journals=(replace(left, **changes),))


def spool(problem: str = "", **kept: Any) -> Facts:
    """Return facts of a station with the spool of a database writer that does not run."""
    left = LeftSpool(Path("/data/spool/line-0.sqlite3"), Backlog("line", **kept), problem)
    return replace(HEALTHY, spools=(left,))


def listener(*, on_all: bool = True, reached: bool = False, **takes: bool) -> Facts:
    """Return facts of a station on which somebody listens on `v4` or `v6`."""
    families = {"127.0.0.1": takes["v4"], "::1": takes["v6"]}
    one = Listener("Logger", "localhost:2", families, on_all, reached)
    return replace(HEALTHY, listeners=(one,))


def environment(**variables: str) -> Facts:
    """Return facts of a station with environment variables."""
    return replace(HEALTHY, machine=replace(HEALTHY.machine, environment=variables))


VARIABLE = Pointer("the environment variable X", "localhost:5")
HINT = replace(STATION, told_by="its last run", address="localhost:6", followed=False)
REMEMBERED = Endpoint("json_logger", "localhost:2", port_file=Path("/data/json_logger.port"))
