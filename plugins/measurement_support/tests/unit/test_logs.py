"""Which logs a reading goes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from measurement_support.interruption import Interruption
from measurement_support.log_sessions import LOG_TYPES
from measurement_support.logs import SiteLogs
from measurement_support.readings import Reading
from plugins.measurement_support.tests.contexts import FakeContext
from session_sharing import Record
from session_sharing.errors import InvalidRequestError, ResourceExhaustedError
from session_sharing.utc import utc_now

FILE, DATABASE = LOG_TYPES


@dataclass(eq=False)
class FakeLog:
    """A client that keeps what it is given."""

    public_id: str = "S1"
    new_session: bool = False
    kept: list[str] = field(default_factory=list)

    def log_many(self, records):
        """Keep the names."""
        self.kept += [record.measurement_name for record in records]


class RefusingLog(FakeLog):
    """A client that takes nothing."""

    def log_many(self, records):
        """Refuse."""
        raise ResourceExhaustedError("The disk is full.\x07")


def site_logs(by_place, run=None):
    """Return the logs of a run, whose clients these are by type, site and resource name."""
    connections, opened = [], []
    for (kind, site, resource), client in by_place.items():
        name = f"{kind}-{site}-{resource}"
        info = SimpleNamespace(session_name=name, instrument_type_id=kind, resource_name=resource)
        connections.append(SimpleNamespace(site=site, session_info=info))
        opened.append(SimpleNamespace(session_name=name, session=client))
    return SiteLogs(connections, opened, run or Interruption(FakeContext()))


def entry(name, site):
    """Return a reading and its record."""
    return Reading(0, site, "VOUT", "0", 1.0, utc_now()), Record(name, {}, {})


def test_each_site_logs_through_its_own_session():
    """A record goes to the log of its site, in order, and is counted where it lies."""
    first, second = FakeLog(), FakeLog(new_session=True)
    run = Interruption(FakeContext())
    logs = site_logs({(FILE, 0, "a.log?client=x"): first, (FILE, 1, "a.log?client=y"): second}, run)
    logs.log([entry("a", 0), entry("b", 1), entry("c", 0)])
    assert (first.kept, second.kept) == (["a", "c"], ["b"])
    assert (logs.count, run.stored) == (3, {"a.log": 3})
    assert logs.new_session
    assert logs.public_ids == "S1"


def test_a_system_pin_serves_all_sites():
    """One log at a system pin takes the records of every site."""
    log = FakeLog()
    site_logs({(FILE, -1, "a.log"): log}).log([entry("a", 0), entry("b", 1)])
    assert log.kept == ["a", "b"]


def test_file_and_database_get_the_same_records():
    """What is stored in both counts once, and both sessions are told."""
    file, database = FakeLog("S1"), FakeLog("S2", new_session=True)
    run = Interruption(FakeContext())
    logs = site_logs({(FILE, 0, "a.log"): file, (DATABASE, -1, "b.db"): database}, run)
    logs.log([entry("a", 0), entry("b", 0)])
    assert file.kept == database.kept == ["a", "b"]
    assert (logs.count, run.stored) == (2, {"a.log": 2, "b.db": 2})
    assert (logs.public_ids, logs.new_session) == ("S1, S2", True)


@pytest.mark.parametrize("refusing", [FILE, DATABASE])
def test_what_one_log_refuses_the_other_still_gets(refusing, caplog):
    """The records are where they could be stored; the caller is told why, and how many are where.

    What is not everywhere does not count as logged.
    """
    by_type = {FILE: FakeLog(), DATABASE: FakeLog(), refusing: RefusingLog()}
    run = Interruption(FakeContext())
    logs = site_logs({(kind, 0, kind): log for kind, log in by_type.items()}, run)
    with pytest.raises(ResourceExhaustedError, match="disk is full"):
        logs.log([entry("a", 0), entry("b", 0)])
    other = DATABASE if refusing == FILE else FILE
    assert by_type[other].kept == ["a", "b"]
    assert (logs.count, run.stored) == (0, {other: 2, refusing: 0})
    assert f"{other} acknowledged 2 records" in run.told("Full.")
    assert f"{refusing} acknowledged no records" in run.told("Full.")
    assert rf"{refusing} did not take records: The disk is full.\x07" in caplog.text


def test_a_site_without_a_log_is_told_before_anything_is_logged():
    """A pin map that forgot a site is refused with what to do, and nothing is written."""
    log = FakeLog()
    with pytest.raises(InvalidRequestError, match=r"not connected at site 1.*system pin"):
        site_logs({(FILE, 0, "a.log"): log}).log([entry("a", 0), entry("b", 1)])
    assert log.kept == []
