"""The pattern *Hold*: Setup attaches, measurements join, and the last Cleanup closes."""

from __future__ import annotations

import itertools
import os

import pytest

import teststand_db_writer
from json_logger import JsonLoggerClient
from session_sharing import Behavior, RecordContext
from session_sharing.errors import PreconditionError, UnavailableError
from teststand_json_logger import create_file_sessions, destroy_file_sessions
from teststand_modules.testing import SequenceContext

_NAMES = (f"hold{number}" for number in itertools.count())


def test_from_setup_to_cleanup(tidy):
    """What Setup opens, measurements find registered and open, and Cleanup closes."""
    context = tidy.context()
    create_file_sessions(context)
    teststand_db_writer.create_database_sessions(context)
    for pin in ("LOG", "LOG2", "DB"):
        assert tidy.log(context, pin) == (True, False)
    assert len(tidy.open_logs()) == len(tidy.open_logs(tidy.writer)) == 1
    destroy_file_sessions()
    assert tidy.registered() == ["DatabaseWriter-results.sqlite"]
    teststand_db_writer.destroy_database_sessions(context)


def test_type_id_of_ni(tidy):
    """A pin map that calls log files as NI's published one does needs no argument."""
    context = tidy.context("theirs", "JsonLoggerService")
    create_file_sessions(context)
    assert tidy.log(context, type_id="JsonLoggerService") == (True, False)
    destroy_file_sessions()


def test_executions_share(tidy):
    """The first of two executions to end takes nothing from the other, the last closes."""
    first, second = tidy.context(), tidy.context()
    create_file_sessions(first)
    create_file_sessions(second)
    destroy_file_sessions(first)
    assert tidy.log(second) == (True, False)
    destroy_file_sessions(second)
    assert tidy.left() == []


def test_cleanups_that_do_not_say_whose_they_are(tidy):
    """Among several executions, a Cleanup without context closes nothing that another uses."""
    first, second = tidy.context("first"), tidy.context("second")
    create_file_sessions(first)
    create_file_sessions(second)
    destroy_file_sessions()
    assert tidy.log(first) == tidy.log(second) == (True, False)
    destroy_file_sessions()


def test_session_of_somebody_else(tidy):
    """What was open and registered before Setup is so after Cleanup."""
    context = tidy.context()
    other = JsonLoggerClient(
        "results.ndjson",
        Behavior.INITIALIZE_SESSION_THEN_DETACH,
        address=tidy.logger.address,
    )
    with tidy.reserved(context, "LOG") as reservation:
        tidy.management.register_sessions([reservation.session_info])
    create_file_sessions(context)
    destroy_file_sessions(context)
    assert tidy.log(context) == (True, False)
    assert tidy.registered() == ["FileLogger-results.ndjson"]
    tidy.management.unregister_sessions([reservation.session_info])
    other.close()


def test_closed_by_force(tidy):
    """A session that is gone is no error, and is unregistered."""
    context = tidy.context()
    create_file_sessions(context)
    tidy.close_by_force()
    destroy_file_sessions(context)


@pytest.mark.parametrize("registered", [False, True], ids=["plain", "registered"])
@pytest.mark.parametrize("pattern", ["hold", "detach and close"])
def test_opened_again_by_somebody_else(tidy, pattern, registered):
    """What somebody opened, and registered, after ours was closed is theirs, and is left alone."""
    context = tidy.context()
    create_file_sessions(context, pattern)
    tidy.close_by_force()
    with JsonLoggerClient("results.ndjson", address=tidy.logger.address):
        with tidy.reserved(context, "LOG") as reservation:
            theirs = [reservation.session_info] if registered else []
            tidy.management.unregister_sessions(theirs)
            tidy.management.register_sessions(info._replace(annotations=None) for info in theirs)
        destroy_file_sessions(context)
        (session,) = tidy.open_logs()
        assert not session.close_pending
        assert tidy.registered() == ["FileLogger-results.ndjson"] * registered
    tidy.management.unregister_sessions(theirs)


def test_nothing_was_created(tidy):
    """A Cleanup whose Setup did nothing, or which comes twice, is no error."""
    destroy_file_sessions()
    context = tidy.context()
    destroy_file_sessions(context)
    create_file_sessions(context)
    destroy_file_sessions()
    destroy_file_sessions()
    create_file_sessions(context)
    assert tidy.log(context) == (True, False)
    destroy_file_sessions()


def test_without_pin_map():
    """Setup says what is missing when no pin map was loaded."""
    with pytest.raises(PreconditionError, match="Update Pin Map"):
        create_file_sessions(SequenceContext())
    destroy_file_sessions()


def test_reserved_by_a_measurement(tidy):
    """A Setup that waits in vain tells who has the session, and leaves nothing."""
    context = tidy.context()
    with (
        tidy.reserved(context, "LOG"),
        pytest.raises(UnavailableError, match=rf"is held by .*process {os.getpid()}\b"),
    ):
        create_file_sessions(context, reserve_timeout=0.6)
    destroy_file_sessions(context)


def test_cleanup_while_a_measurement_hangs(tidy):
    """A Cleanup that waits in vain tells who has the log, and has let go of it all the same."""
    context = tidy.context()
    create_file_sessions(context)
    with tidy.reserved(context, "LOG"), pytest.raises(UnavailableError, match="is held by"):
        destroy_file_sessions(context, reserve_timeout=0.6)


def test_labels_of_records(tidy):
    """Records have the labels of the execution, each site its own, and none after Cleanup."""
    name = next(_NAMES)
    context, other = tidy.context(name), tidy.context(name)
    keep = JsonLoggerClient(f"{name}.ndjson", address=tidy.logger.address)
    create_file_sessions(context, serial_number="SN-0", run="r", operator="Ada", site=0.0)
    create_file_sessions(other, serial_number="SN-1", run="s", site=1.0)
    for site in (0, 1):
        keep.log("m", {}, {}, context=RecordContext(site=site))
    destroy_file_sessions(context)
    keep.log("m", {}, {}, context=RecordContext(site=0))
    destroy_file_sessions(other)
    keep.close()
    assert tidy.labels(name) == [
        {"serial_number": "SN-0", "site": 0, "operator": "Ada", "run": "r"},
        {"serial_number": "SN-1", "site": 1, "run": "s"},
        {"site": 0},
    ]


def test_executions_that_name_no_site(tidy):
    """Records are labelled while one execution has the session, and never with another's label."""
    name = next(_NAMES)
    first, second = tidy.context(name), tidy.context(name)
    create_file_sessions(first, serial_number="SN-A", run="a")
    tidy.log(first)
    create_file_sessions(second, serial_number="SN-B", run="b")
    tidy.log(second)
    destroy_file_sessions(first)
    tidy.log(second)
    destroy_file_sessions(second)
    labels = [
        {key: each.get(key) for key in ("serial_number", "run")} for each in tidy.labels(name)
    ]
    assert labels == [
        {"serial_number": "SN-A", "run": "a"},
        {"serial_number": None, "run": None},
        {"serial_number": "SN-B", "run": "b"},
    ]
