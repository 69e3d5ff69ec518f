"""Sessions, attachments and clients on the wire."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.core import Initialized, Outcome, Released, ReleaseMode
from session_sharing.core.limits import MOST_ATTACHMENTS, MOST_SESSIONS
from session_sharing.errors import InvalidRequestError
from session_sharing.information import (
    AttachmentInformation,
    Backlog,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.service.hosting import SERVER_OPTIONS
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.session import (
    attachment_to_wire,
    identity_from_wire,
    identity_to_wire,
    initialized_to_wire,
    mode_from_wire,
    mode_to_wire,
    released_from_wire,
    released_to_wire,
    session_from_wire,
    session_to_wire,
)

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])
TEXT = st.text(LETTERS, max_size=20)
MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(timezone.utc)
)
IDENTITIES = st.builds(
    ClientIdentity,
    program=st.text(LETTERS, min_size=1, max_size=20),
    host=TEXT,
    process_id=st.integers(0, 2**40),
    process_started=st.none() | MOMENTS,
    user=TEXT,
    boot_id=TEXT,
    started_after_boot=st.floats(0, 1e9),
    subject=TEXT,
)
ATTACHMENTS = st.builds(
    AttachmentInformation,
    public_id=TEXT,
    behavior=st.integers(0, 4),
    holder=IDENTITIES,
    since=MOMENTS,
    alias=TEXT,
    created_session=st.booleans(),
    last_record_number=st.integers(0, 2**64 - 1),
    lost=st.booleans(),
)
BACKLOGS = st.builds(
    Backlog,
    resource_name=TEXT,
    waiting_records=st.integers(0, 2**64 - 1),
    waiting_bytes=st.integers(0, 2**64 - 1),
    waiting_since=st.none() | MOMENTS,
    limit_bytes=st.integers(0, 2**64 - 1),
    refused_records=st.integers(0, 2**64 - 1),
    reason=TEXT,
)
SESSIONS = st.builds(
    SessionInformation,
    public_id=TEXT,
    resource_name=TEXT,
    resource_key=TEXT,
    state=st.sampled_from(SessionState),
    close_pending=st.booleans(),
    created_by=st.none() | IDENTITIES,
    created_at=MOMENTS,
    last_used_at=MOMENTS,
    attachments=st.lists(ATTACHMENTS, max_size=3).map(tuple),
    closed_by=TEXT,
    closed_at=st.none() | MOMENTS,
    broken=TEXT,
    orphan=st.booleans(),
    backlog=st.none() | BACKLOGS,
)


@given(session=SESSIONS)
def test_session_comes_back_whole(session):
    """All that is told of a session, its holders included, crosses the wire unchanged."""
    message = session_to_wire(session)
    assert message is not None
    sent = session_pb2.SessionInformation.FromString(message.SerializeToString())
    assert session_from_wire(sent) == session


@given(outcome=st.sampled_from(Outcome), session=st.none() | SESSIONS)
def test_released_comes_back_whole(outcome, session):
    """The answer to a release crosses the wire unchanged."""
    released = Released(outcome, session)
    assert released_from_wire(released_to_wire(released)) == released


def test_unknown_numbers_of_a_newer_service_are_taken_calmly():
    """A state or an outcome of a newer service is no error for an older client."""
    assert session_from_wire(session_pb2.SessionInformation(state=99)).state is SessionState.OPEN
    answer = released_from_wire(session_pb2.ReleaseResponse(outcome=99))
    assert answer.outcome is Outcome.LEFT_OPEN


def test_numbers_are_those_of_the_contract():
    """States, outcomes and modes have their numbers for good: programs of any age read them."""
    assert [session_to_wire_state(state) for state in SessionState] == [1, 2, 3, 4]
    assert [released_to_wire(Released(outcome)).outcome for outcome in Outcome] == [1, 2, 3]
    assert [mode_to_wire(mode) for mode in ReleaseMode] == [0, 1, 2]
    assert session_pb2.SessionInitializationBehavior.values() == [0, 1, 2, 3, 4]


def session_to_wire_state(state: SessionState) -> int:
    """Return the number of a state."""
    now = datetime.now(timezone.utc)
    message = session_to_wire(SessionInformation("", "", "", state, False, None, now, now))
    assert message is not None
    return message.state


@pytest.mark.parametrize("mode", list(ReleaseMode))
def test_release_mode_comes_back(mode):
    """Each release mode crosses the wire unchanged."""
    assert mode_from_wire(mode_to_wire(mode)) is mode


@pytest.mark.parametrize("number", [-1, 3])
def test_unknown_release_mode_is_refused(number):
    """A release mode that a service does not know is refused: guessing could close a session."""
    with pytest.raises(InvalidRequestError, match="no release mode"):
        mode_from_wire(number)


def test_identity_is_cut_and_named():
    """What a client says of itself is bounded, and a client that says nothing has a name."""
    told = identity_from_wire(session_pb2.ClientIdentity(host="h" * 10_000))
    assert told.program == "an unnamed program"
    assert len(told.host) == 500


def test_client_cannot_say_which_certificate_it_has():
    """What a client says of its certificate does not count: its service knows the connection's."""
    message = identity_to_wire(ClientIdentity("a", subject="CN=somebody-else"))
    assert identity_from_wire(message).subject == ""
    assert identity_from_wire(message, subject="CN=a").subject == "CN=a"


def test_identity_may_hold_what_no_encoding_has():
    """A program whose file name is no valid text can still say who it is."""
    message = identity_to_wire(ClientIdentity(program="caf\udce9.py", user="m\udcfcller"))
    assert message.program == "caf?.py"
    assert message.user == "m?ller"


def test_identity_of_an_impossible_time_is_refused():
    """A start time that no calendar has is the client's error."""
    message = session_pb2.ClientIdentity()
    message.process_started.seconds = 2**62
    with pytest.raises(InvalidRequestError):
        identity_from_wire(message)


def test_initialize_answer_is_complete():
    """The answer to Initialize carries all its parts."""
    orphan = SessionInformation(
        "s", "name", "key", SessionState.OPEN, False, None, NOW, NOW, orphan=True
    )
    message = initialized_to_wire(Initialized("secret", True, "short", 7, orphan))
    assert message == session_pb2.InitializeResponse(
        session_name="secret",
        new_session=True,
        public_id="short",
        last_record_number=7,
        took_over=session_to_wire(orphan),
    )
    assert not initialized_to_wire(Initialized("secret", True, "short")).HasField("took_over")


def test_a_reason_that_is_no_unicode_is_told_nevertheless():
    """A file name with half a surrogate pair, in the reason of a broken session, does no harm."""
    session = SessionInformation(
        "s", "name", "key", SessionState.OPEN, False, None, NOW, NOW, broken="no \udcfe.log"
    )
    assert session_from_wire(session_to_wire(session)).broken == "no ?.log"


def test_identity_cannot_command_a_terminal():
    """What a client says of itself reaches people without line breaks and escape sequences."""
    message = session_pb2.ClientIdentity(program="\x1b[2Jevil\nfake line", user="ann\r")
    identity = identity_from_wire(message)
    assert (identity.program, identity.user) == ("?[2Jevil?fake line", "ann?")


def test_answer_to_a_release_names_a_bounded_number_of_holders():
    """However many hold a session, the answer to a release stays small."""
    held = AttachmentInformation("a", 0, ClientIdentity("p"), NOW)
    session = SessionInformation(
        "s", "name", "key", SessionState.OPEN, True, None, NOW, NOW, (held,) * 3000
    )
    message = released_to_wire(Released(Outcome.CLOSE_PENDING, session))
    assert len(message.session.attachments) == 100


def test_all_that_there_can_be_is_listed_in_one_answer() -> None:
    """ListSessions has room for all sessions and attachments, whatever their clients are called."""
    long = "\U0001f4a5" * 600
    told = session_pb2.ClientIdentity(program=long, host=long, user=long, boot_id=long)
    client = identity_from_wire(told)
    session = SessionInformation(
        "12345678",
        *("x" * 1000, "x" * 1000),
        *(SessionState.OPEN, True, client, NOW, NOW),
        closed_by=f"{client}, reason: {long[:200]}",
        broken="x" * 2000,
    )
    holder = AttachmentInformation("12345678", 1, client, NOW, "a" * 32, True, 2**64 - 1, True)
    size = MOST_SESSIONS * (session_to_wire(session).ByteSize() + 8)
    size += MOST_ATTACHMENTS * (attachment_to_wire(holder).ByteSize() + 8)
    assert size < dict(SERVER_OPTIONS)["grpc.max_send_message_length"]
