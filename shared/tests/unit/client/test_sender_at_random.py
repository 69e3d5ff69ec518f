"""Who sends records, at random: whatever happens, what callers are told is true."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from session_sharing.client.patience import Patience
from session_sharing.client.record_log import RecordLog
from session_sharing.client.requests import RecordRequest
from session_sharing.errors import InvalidRequestError, OutcomeUnknownError, SharingError
from session_sharing.records import Acknowledged
from shared.tests.unit.client.sending import DEADLINE, DONE, batch, in_threads, make, names_of


class Unreliable:
    """A service that refuses, and whose answers get lost, as chance has it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.guard = threading.Lock()
        self.stored: list[str] = []
        self.highest = 0

    def send(self, requests: Sequence[RecordRequest]) -> None:
        """Do nothing: what is sent may as well arrive later."""

    def break_off(self, requests: Sequence[RecordRequest]) -> None:
        """Do nothing."""

    def deliver(self, requests: Sequence[RecordRequest]) -> Acknowledged:
        """Store the first request, or not, and tell, or not; perhaps those behind it as well."""
        with self.guard:
            fate = self.chance.random()
            if fate < 0.1 and not self._is_stored(requests[0]):
                raise InvalidRequestError("Refused.")
            arrived = 0 if 0.1 <= fate < 0.15 else self.chance.randint(1, len(requests))
            for request in list(requests)[:arrived]:
                if not self._is_stored(request):
                    self.stored += names_of(request)
                    self.highest = request.message.first_record_number + request.message.count - 1
            if 0.1 <= fate < 0.2:
                raise OutcomeUnknownError("No answer.")
            return DONE

    def _is_stored(self, request: RecordRequest) -> bool:
        return request.message.first_record_number <= self.highest


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_the_outcomes_are_true(seed: int) -> None:
    """Acknowledged is stored once, in the order of each thread; refused is not stored."""
    service = Unreliable(seed)
    log = RecordLog(make, service, lambda: Patience(DEADLINE))
    told: dict[str, object] = {}

    def work(thread: int) -> None:
        chance = random.Random(seed + thread)
        for index in range(12):
            name = f"{thread}-{index:02}"
            try:
                if chance.random() < 0.5:
                    told[name] = log.log_soon(batch(name))
                else:
                    told[name] = log.log_one(batch(name))
            except SharingError as error:
                told[name] = error

    for thread in in_threads([lambda number=number: work(number) for number in range(4)]):  # type: ignore[misc]
        thread.join(DEADLINE)
    log.catch_up()
    log.end()
    outcomes = {name: getattr(what, "outcome", what) for name, what in told.items()}
    assert len(service.stored) == len(set(service.stored))
    stored = set(service.stored)
    assert {name for name, outcome in outcomes.items() if outcome == DONE} <= stored
    refused = {name for name, what in outcomes.items() if isinstance(what, InvalidRequestError)}
    assert not refused & stored
    for thread in range(4):
        own = [name for name in service.stored if name.startswith(f"{thread}-")]
        assert own == sorted(own)
