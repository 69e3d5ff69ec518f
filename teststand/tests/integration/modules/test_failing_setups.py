"""A Setup that fails half-way leaves nothing behind, wherever it fails."""

from __future__ import annotations

import pytest

import teststand_db_writer
from json_logger import JsonLoggerClient, RecordContext
from session_sharing.errors import (
    AlreadyExistsError,
    OutcomeUnknownError,
    ResourceNameError,
    TooLargeError,
    UnavailableError,
)
from teststand_json_logger import create_file_sessions, destroy_file_sessions
from teststand_modules.errors import NoPinMapError, NothingToOpenError
from teststand_modules.station import Station
from teststand_modules.testing import SequenceContext
from teststand_nidcpower import create_nidcpower_sessions, destroy_nidcpower_sessions

PATTERNS = pytest.mark.parametrize("pattern", ["hold", "detach and close"])


def failing(monkeypatch, method, error, *, done=False, times=1):
    """Have a call to NI's services fail some times, before or after it is carried out."""
    call, left = getattr(Station, method), [times]

    def fail(*arguments):
        if not left[0]:
            return call(*arguments)
        left[0] -= 1
        if done:
            call(*arguments)
        raise error("a test")

    monkeypatch.setattr(Station, method, fail)


@PATTERNS
def test_one_of_several_cannot_be_opened(tidy, pattern):
    """What was opened before the one that is refused is closed again."""
    context = tidy.context("partly", second="a.wrong")
    with pytest.raises(ResourceNameError):
        create_file_sessions(context, pattern)
    destroy_file_sessions(context)


@PATTERNS
@pytest.mark.parametrize("done", [False, True], ids=["not done", "done, but not answered"])
def test_registering_fails(tidy, monkeypatch, pattern, done):
    """Sessions that could not be registered are closed, and what was registered is not any more."""
    context = tidy.context()
    failing(monkeypatch, "register", OutcomeUnknownError, done=done)
    with pytest.raises(OutcomeUnknownError):
        create_file_sessions(context, pattern)
    assert tidy.left() == []
    destroy_file_sessions(context)


@PATTERNS
def test_registering_instruments_fails(tidy, monkeypatch, pattern):
    """A driver's session that could not be registered is closed."""
    context = tidy.context()
    failing(monkeypatch, "register", OutcomeUnknownError)
    with pytest.raises(OutcomeUnknownError):
        create_nidcpower_sessions(context, pattern)
    assert tidy.left() == []
    destroy_nidcpower_sessions(context)


@PATTERNS
def test_registered_meanwhile_by_somebody_else(tidy, monkeypatch, pattern):
    """A registration that somebody else made at the same moment stays theirs."""
    context = tidy.context()
    register = Station.register

    def late(station, sessions):
        tidy.management.register_sessions(sessions)
        register(station, sessions)

    monkeypatch.setattr(Station, "register", late)
    with pytest.raises(AlreadyExistsError, match="Registered already"):
        create_file_sessions(context, pattern)
    assert len(tidy.left()) == len(tidy.registered()) == 2
    with tidy.reserved(context, "LOG") as one, tidy.reserved(context, "LOG2") as two:
        tidy.management.unregister_sessions([one.session_info, two.session_info])
    destroy_file_sessions(context)


@PATTERNS
def test_labels_are_refused(tidy, pattern):
    """Labels that the service refuses undo the registration, too."""
    context = tidy.context()
    with pytest.raises(TooLargeError):
        create_file_sessions(context, pattern, serial_number="x" * 20_000)
    assert tidy.left() == []
    destroy_file_sessions(context)


def test_labels_that_were_refused_count_for_nothing(tidy):
    """The next execution at the site of a Setup that failed has labels of its own."""
    contexts = [tidy.context("refused") for _ in range(3)]
    create_file_sessions(contexts[0], site=0)
    with pytest.raises(TooLargeError):
        create_file_sessions(contexts[1], serial_number="x" * 20_000, site=1)
    create_file_sessions(contexts[2], serial_number="SN", site=1)
    with JsonLoggerClient("refused.ndjson", address=tidy.logger.address) as log:
        log.log("m", {}, {}, context=RecordContext(site=1))
    assert tidy.labels("refused")[0]["serial_number"] == "SN"
    for context in contexts:
        destroy_file_sessions(context)


@PATTERNS
def test_reservation_cannot_be_given_back(tidy, monkeypatch, pattern):
    """A Setup that could not give back its reservation fails, and its Cleanup makes it good."""
    context = tidy.context()
    failing(monkeypatch, "unreserve", UnavailableError)
    with pytest.raises(UnavailableError):
        create_file_sessions(context, pattern)
    assert len(tidy.open_logs()) == 1
    destroy_file_sessions(context, reserve_timeout=2.0)


def test_failed_execution_cleans_up(tidy, monkeypatch):
    """The Cleanup of an execution whose Setup failed takes nothing from another execution."""
    good, failed = tidy.context("good"), tidy.context("failed")
    create_file_sessions(good)
    teststand_db_writer.create_database_sessions(good)
    failing(monkeypatch, "register", OutcomeUnknownError)
    with pytest.raises(OutcomeUnknownError):
        create_file_sessions(failed)
    destroy_file_sessions()
    teststand_db_writer.destroy_database_sessions()
    assert tidy.log(good) == tidy.log(good, "DB") == (True, False)
    destroy_file_sessions()
    teststand_db_writer.destroy_database_sessions()


def test_failed_before_it_began(tidy):
    """Nor does the Cleanup of an execution that had no pin map."""
    good = tidy.context()
    create_file_sessions(good)
    with pytest.raises(NoPinMapError):
        create_file_sessions(SequenceContext())
    destroy_file_sessions()
    assert tidy.log(good) == (True, False)
    destroy_file_sessions()


def test_nothing_of_the_type(tidy):
    """Setup says which type it looked for in vain, and how to name another one."""
    context = tidy.context()
    with pytest.raises(NothingToOpenError, match=r"'Gauge'.*instrument_type"):
        create_file_sessions(context, instrument_type="Gauge")
    destroy_file_sessions(context)
