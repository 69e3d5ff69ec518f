"""Errors on the wire: their statuses, texts and data."""

from __future__ import annotations

from datetime import datetime, timezone

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing import errors
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.status import (
    DETAILS_KEY,
    STATUS,
    error_from_call,
    error_to_trailers,
    is_told,
    status_of,
    text_of,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
BUDGET = 8_192 - 500  # What gRPC accepts by default, less the headers that every answer has.


def sent(error: errors.SharingError) -> FailedCall:
    """Return the failed call of a service that raised this error."""
    return FailedCall(status_of(error), text_of(error), error_to_trailers(error))


def classes(root: type = errors.SharingError) -> list[type]:
    """Return all error classes of the library below one."""
    found = [c for c in root.__subclasses__() if c.__module__ == errors.__name__]
    return found + [below for cls in found for below in classes(cls)]


def session(holders: int = 1, name: str = "data") -> SessionInformation:
    """Return a session with so many holders."""
    holder = ClientIdentity("measure.py", "station-7", 4711, NOW, "operator", "b" * 36)
    held = tuple(AttachmentInformation(f"{n:08}", 0, holder, NOW) for n in range(holders))
    return SessionInformation(
        "ab12cd34", name, f"/data/{name}", SessionState.OPEN, False, holder, NOW, NOW, held
    )


def test_table_is_the_tree():
    """Every error class has its status in the table, and the one that the tree's page says."""
    assert set(STATUS) == set(classes())
    page = errors.__doc__ or ""
    status = ""
    for line in page.splitlines():
        words = line.replace("│", " ").replace("├──", " ").replace("└──", " ").split()
        if len(words) > 1 and words[1].isupper():
            status = words[1]
        if words and words[0].endswith("Error") and words[0] != "SharingError":
            assert STATUS[getattr(errors, words[0])].name == status, words[0]


@given(
    cls=st.sampled_from(sorted(STATUS, key=lambda cls: cls.__name__)),
    text=st.text(min_size=1, max_size=400),
    name=st.text(max_size=100),
    told=st.none() | st.just(session()),
    retry_delay=st.none() | st.integers(0, 10**9).map(lambda n: n / 1_000_000),
    size=st.none() | st.integers(1, 2**63 - 1),
    limit=st.none() | st.integers(1, 2**63 - 1),
    maybe_done=st.booleans(),
)
def test_error_comes_back_as_it_was(cls, text, name, told, retry_delay, size, limit, maybe_done):
    """An error is raised again with its class, its text and all its data."""
    error = cls(
        text, resource_name=name, session=told, retry_delay=retry_delay, size=size, limit=limit
    )
    error.maybe_done = maybe_done
    back = error_from_call(sent(error))
    assert type(back) is cls
    assert vars(back) == vars(error)
    assert str(back) == text
    assert is_told(sent(error))


@given(
    text=st.text(max_size=30_000) | st.characters().map(lambda c: c * 9_000),
    holders=st.integers(0, 250),
    name=st.characters().map(lambda c: c * 3_000),
)
def test_error_fits_in_the_metadata(text, holders, name):
    """However long the text and the names, and however many hold, the answer is not too big."""
    error = errors.SessionExistsError(
        text, resource_name=name, session=session(holders, name), retry_delay=1.0
    )
    ((_, details),) = error_to_trailers(error)
    percent_encoded = sum(
        1 if 0x20 <= byte <= 0x7E and byte != 0x25 else 3 for byte in text_of(error).encode()
    )
    assert len(details) * 4 / 3 + percent_encoded < BUDGET
    assert type(error_from_call(sent(error))) is errors.SessionExistsError


def test_long_text_keeps_its_beginning_and_its_end():
    """A text that must be cut is cut in its middle: what to do stands at its end."""
    text = "What happened. " + "Somebody holds it. " * 500 + "`close 1` closes it."
    back = error_from_call(sent(errors.SessionExistsError(text)))
    assert back.message.startswith("What happened. ")
    assert back.message.endswith("`close 1` closes it.")
    assert len(back.message) <= 2_000


def test_many_holders_are_told_as_far_as_they_fit():
    """Of two hundred holders the first are told, and the session with them."""
    back = error_from_call(sent(errors.SessionExistsError("No.", session=session(200))))
    assert back.session is not None
    assert 5 <= len(back.session.attachments) < 200
    assert back.session.attachments == session(200).attachments[: len(back.session.attachments)]


def test_half_a_character_does_no_harm():
    """A file name that is no valid text, as Linux allows, is told nevertheless."""
    error = errors.AccessDeniedError("No right to 'caf\udce9'.", resource_name="caf\udce9")
    back = error_from_call(sent(error))
    assert back.message == "No right to 'caf?'."
    assert text_of(error) == back.message


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.0, 3600.25])
def test_retry_delay_is_readable_for_every_tool(delay):
    """The delay is also there as google.rpc.RetryInfo within google.rpc.Status, byte by byte."""
    error = errors.ResourceExhaustedError("Full.", retry_delay=delay)
    ((key, value),) = error_to_trailers(error)
    assert key == "grpc-status-details-bin"
    fields = decode(value)
    assert fields[1] == [8]
    assert fields[2] == [b"Full."]
    info = dict(
        reversed([(decode(any_)[1][0], decode(any_).get(2, [b""])[0]) for any_ in fields[3]])
    )
    duration = decode(decode(info[b"type.googleapis.com/google.rpc.RetryInfo"])[1][0])
    assert duration.get(1, [0])[0] + duration.get(2, [0])[0] / 1e9 == delay


def decode(data: bytes) -> dict[int, list]:
    """Decode a protobuf message by hand: the values of each field."""
    fields: dict[int, list] = {}
    position = 0

    def varint() -> int:
        nonlocal position
        result = shift = 0
        while True:
            byte = data[position]
            position += 1
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result

    while position < len(data):
        number, kind = divmod(varint(), 8)
        value: int | bytes = varint()
        if kind == 2:
            position += int(value)
            value = data[position - int(value) : position]
        fields.setdefault(number, []).append(value)
    return fields


@pytest.mark.parametrize("cls", sorted(STATUS, key=lambda cls: cls.__name__))
def test_unknown_reason_falls_back_to_the_status(cls):
    """An error class of a newer service becomes the first class of its status, data included."""
    detail = session_pb2.ErrorDetail(reason="FromTheFutureError", resource_name="data")
    status = session_pb2.Status(message="New.")
    status.details.add(
        type_url="type.googleapis.com/session_sharing.v1.ErrorDetail",
        value=detail.SerializeToString(),
    )
    failure = FailedCall(STATUS[cls], "New.", ((DETAILS_KEY, status.SerializeToString()),))
    back = error_from_call(failure)
    expected = next(known for known in STATUS if STATUS[known] is STATUS[cls])
    assert type(back) is expected
    assert (back.message, back.resource_name) == ("New.", "data")


def test_class_of_a_service_travels_as_its_base():
    """A class that a service derived from one of the tree has the status and name of its base."""

    class TableMissingError(errors.ResourceNotFoundError):
        """A class that only a service knows."""

    back = error_from_call(sent(TableMissingError("No table.")))
    assert type(back) is errors.ResourceNotFoundError
    assert type(error_from_call(sent(errors.SharingError("Bare.")))) is errors.InternalError


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (grpc.StatusCode.UNAVAILABLE, errors.UnavailableError),
        (grpc.StatusCode.DEADLINE_EXCEEDED, errors.OutcomeUnknownError),
        (grpc.StatusCode.CANCELLED, errors.OutcomeUnknownError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.ResourceExhaustedError),
        (grpc.StatusCode.UNIMPLEMENTED, errors.UnavailableError),
        (grpc.StatusCode.UNKNOWN, errors.InternalError),
        (grpc.StatusCode.DATA_LOSS, errors.InternalError),
    ],
)
@pytest.mark.parametrize(
    "trailers", [(), ((DETAILS_KEY, b"\xff\xff"),), ((DETAILS_KEY, "text"),), (("other", b"x"),)]
)
def test_status_of_a_stranger(code, expected, trailers):
    """A failure that is not told by a service of ours gives the class that its status means."""
    failure = FailedCall(code, "As gRPC says.", trailers)
    assert type(error_from_call(failure)) is expected
    assert error_from_call(failure).message == "As gRPC says."
    assert not is_told(failure)


def test_failure_without_any_call():
    """An error that gRPC raises before there is a call is an error of ours too."""
    assert isinstance(error_from_call(grpc.RpcError("odd")), errors.InternalError)
