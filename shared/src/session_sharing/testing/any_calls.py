"""Rounds of calls as hypothesis draws them: a proper beginning, then whatever comes to mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from session_sharing.testing.fuzzing import Hints, damaged, requests_of
from session_sharing.testing.reflected import Method

LEAST_CALLS, MOST_CALLS = 4, 12
"""How many hostile calls an example has: without a least size most would have one or two."""


@dataclass(frozen=True)
class AnyCall:
    """A call to be made.

    Attributes:
        path: Of which RPC.
        requests: The requests: several for a stream only; bytes are sent as they are.
    """

    path: str
    requests: Sequence[Message | bytes]


@dataclass(frozen=True)
class Round:
    """One example.

    Attributes:
        proper: How many of the calls come first by which a good client begins.
        calls: The hostile ones.
    """

    proper: int
    calls: Sequence[AnyCall]


def rounds_of(methods: Mapping[str, Method], hints: Hints, proper: int) -> SearchStrategy[Round]:
    """Return what draws rounds of calls to these methods.

    Args:
        methods: The RPCs, by their paths; all are called equally often.
        hints: What to put into fields.
        proper: How many calls a good client begins with: often all are made, so that the others
            get deep, and sometimes the first ones only.
    """
    calls = {path: _calls_of(method, hints) for path, method in methods.items()}
    one = st.sampled_from(sorted(calls)).flatmap(calls.__getitem__)
    many = st.lists(one, min_size=LEAST_CALLS, max_size=MOST_CALLS)
    return st.builds(Round, st.just(proper) | st.integers(0, proper), many)


def _calls_of(method: Method, hints: Hints) -> SearchStrategy[AnyCall]:
    messages = requests_of(method.request, hints)
    whole: SearchStrategy[Message | bytes] = messages.map(lambda message: message)
    requests = st.integers(1, 8).flatmap(lambda n: whole if n < 8 else damaged(messages))
    many = st.lists(requests, min_size=1, max_size=3 if method.sends_many else 1)
    return many.map(lambda drawn: AnyCall(method.path, drawn))
