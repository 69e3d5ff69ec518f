"""Which log a reading goes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from json_logger import Record
from measurement_support.interruption import Interruption
from measurement_support.logs import SiteLogs
from measurement_support.readings import Reading
from plugins.measurement_support.tests.contexts import FakeContext
from session_sharing.errors import InvalidRequestError
from session_sharing.utc import utc_now


@dataclass(eq=False)
class FakeLog:
    """A client that keeps what it is given."""

    public_id: str = "S1"
    new_session: bool = False
    kept: list[str] = field(default_factory=list)

    def log_many(self, records):
        """Keep the names."""
        self.kept += [record.measurement_name for record in records]


def site_logs(by_site, run=None):
    """Return the logs of a run to whose sites these clients belong."""
    connections = [
        SimpleNamespace(site=site, session_info=SimpleNamespace(session_name=f"log of {site}"))
        for site in by_site
    ]
    opened = [
        SimpleNamespace(session_name=f"log of {site}", session=log) for site, log in by_site.items()
    ]
    return SiteLogs(connections, opened, run or Interruption(FakeContext()))


def entry(name, site):
    """Return a reading and its record."""
    return Reading(0, site, "VOUT", "0", 1.0, utc_now()), Record(name, {}, {})


def test_each_site_logs_through_its_own_session():
    """A record goes to the log of its site, in order, and is counted."""
    first, second = FakeLog(), FakeLog(new_session=True)
    run = Interruption(FakeContext())
    logs = site_logs({0: first, 1: second}, run)
    logs.log([entry("a", 0), entry("b", 1), entry("c", 0)])
    assert (first.kept, second.kept, run.logged) == (["a", "c"], ["b"], 3)
    assert logs.new_session
    assert logs.public_ids == "S1"


def test_a_system_pin_serves_all_sites():
    """One log at a system pin takes the records of every site."""
    log = FakeLog()
    site_logs({-1: log}).log([entry("a", 0), entry("b", 1)])
    assert log.kept == ["a", "b"]


def test_a_site_without_a_log_is_told_before_anything_is_logged():
    """A pin map that forgot a site is refused with what to do, and nothing is written."""
    log = FakeLog()
    with pytest.raises(InvalidRequestError, match=r"not connected at site 1.*system pin"):
        site_logs({0: log}).log([entry("a", 0), entry("b", 1)])
    assert log.kept == []
