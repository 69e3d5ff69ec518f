"""Sessions of NI's drivers on the simulated instruments."""

from __future__ import annotations

import pytest
from ni.measurementlink.sessionmanagement.v1.client import SessionInitializationBehavior

from session_sharing.errors import UnavailableError
from teststand_modules.errors import InstrumentError
from teststand_nidcpower import create_nidcpower_sessions, destroy_nidcpower_sessions
from teststand_nidmm import create_nidmm_sessions, destroy_nidmm_sessions

PATTERNS = pytest.mark.parametrize("pattern", ["hold", "detach and close"])


def level(floor, context, new=None):
    """Attach as a measurement does; return the voltage level, and set another one."""
    behavior = SessionInitializationBehavior.ATTACH_TO_SERVER_SESSION
    with (
        floor.reserved(context, "VIN") as reservation,
        reservation.initialize_nidcpower_session(initialization_behavior=behavior) as info,
    ):
        assert reservation.session_info.session_exists
        if new is not None:
            info.session.voltage_level = new
        return info.session.voltage_level


@PATTERNS
def test_from_setup_to_cleanup(tidy, pattern):
    """Measurements attach to one session, which keeps its settings, and Cleanup closes it."""
    context = tidy.context()
    create_nidcpower_sessions(context, pattern)
    create_nidmm_sessions(context, pattern)
    level(tidy, context, 1.5)
    assert level(tidy, context) == 1.5
    assert tidy.registered() == ["niDCPower-SMU1/0", "niDMM-DMM1"]
    destroy_nidcpower_sessions()
    assert not tidy.driver_is_open()
    destroy_nidmm_sessions(context)


def test_executions_share(tidy):
    """The last execution of a process closes what the first one opened."""
    first, second = tidy.context(), tidy.context()
    create_nidcpower_sessions(first)
    create_nidcpower_sessions(second)
    level(tidy, first, 1.5)
    destroy_nidcpower_sessions(first)
    assert level(tidy, second) == 1.5
    destroy_nidcpower_sessions(second)


def test_second_setup_by_the_way_of_ni(tidy):
    """By NI's way a session that is open is an error, which leaves it alone."""
    first, second = tidy.context(), tidy.context()
    create_nidcpower_sessions(first)
    with pytest.raises(InstrumentError, match=r"when a session already exists.*hold"):
        create_nidcpower_sessions(second, "detach and close")
    destroy_nidcpower_sessions(second)
    assert level(tidy, first) is not None
    destroy_nidcpower_sessions(first)


@PATTERNS
def test_session_is_gone(tidy, pattern):
    """A session that somebody closed, or that ended with the device server, is no error."""
    context = tidy.context()
    create_nidcpower_sessions(context, pattern)
    behavior = SessionInitializationBehavior.ATTACH_TO_SESSION_THEN_CLOSE
    with (
        tidy.reserved(context, "VIN") as reservation,
        reservation.initialize_nidcpower_session(initialization_behavior=behavior),
    ):
        pass
    destroy_nidcpower_sessions(context)
    assert tidy.left() == []


def test_device_server_starts_again(tidy):
    """A device server that was started again has no sessions, and that is no error."""
    context = tidy.context()
    create_nidcpower_sessions(context)
    tidy.restart_instruments()
    destroy_nidcpower_sessions(context)


def test_cleanup_while_it_is_used(tidy):
    """Cleanup closes no session under a measurement; it tells who has it, and may be repeated."""
    context = tidy.context()
    create_nidcpower_sessions(context)
    with tidy.reserved(context, "VIN"), pytest.raises(UnavailableError, match="is held by"):
        destroy_nidcpower_sessions(reserve_timeout=0.6)
    assert tidy.driver_is_open()
    destroy_nidcpower_sessions()
