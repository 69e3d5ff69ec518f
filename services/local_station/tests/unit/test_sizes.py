"""How large requests and answers may be."""

from __future__ import annotations

import pytest

from local_station.sizes import MAX_ANSWER, MAX_ITEMS, check_number, checked, counted
from session_sharing.errors import InvalidRequestError, TooLargeError
from session_sharing.service.hosting import SERVER_OPTIONS


class _Part:
    def __init__(self, size):
        self._size = size

    def ByteSize(self):
        return self._size


def test_answer_is_bounded_by_what_the_server_sends():
    """What gRPC would fail to send is refused with a text; the most that it sends is not."""
    assert ("grpc.max_send_message_length", MAX_ANSWER) in SERVER_OPTIONS
    assert checked(_Part(MAX_ANSWER)).ByteSize() == MAX_ANSWER
    with pytest.raises(TooLargeError, match="Ask for less") as raised:
        checked(_Part(MAX_ANSWER + 1))
    assert (raised.value.size, raised.value.limit) == (MAX_ANSWER + 1, MAX_ANSWER)


def test_parts_are_no_longer_made_when_they_are_too_large_together():
    """An answer that will not be sent does not take the memory first."""
    made = []

    def parts():
        for number in range(9):
            made.append(number)
            yield _Part(4)

    assert len(list(counted(parts(), 36))) == 9
    made.clear()
    with pytest.raises(TooLargeError):
        list(counted(parts(), 10))
    assert made == [0, 1, 2]


def test_number_of_things_in_a_request_is_bounded():
    """So many at a time keep a station busy for a moment only."""
    check_number("names", range(MAX_ITEMS))
    with pytest.raises(InvalidRequestError, match="100001 names; 100000 are allowed"):
        check_number("names", range(MAX_ITEMS + 1))
