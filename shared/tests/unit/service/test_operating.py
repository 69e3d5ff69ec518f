"""Which protos can be served by one function."""

from __future__ import annotations

import pytest

from session_sharing.service import serve_operations
from shared.tests.adder import ADDER, DESCRIPTOR, operate


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Endless", "lacks the RPC Close"),
        ("Loose", "LooseRequest has no field 'session_sharing.v1.AttachmentReference attachment'"),
        ("Streaming", "is a stream: that needs a servicer"),
        ("Twice", "AddRequest is the request of Add and of Peek: give each its own"),
    ],
)
def test_a_proto_that_does_not_fit_is_told_at_the_start(name, problem):
    """Who forgets what sessions need learns it when the service starts, not from its clients."""
    with pytest.raises(ValueError, match=problem):
        serve_operations(DESCRIPTOR.services_by_name[name], operate)


def test_a_proto_that_fits_is_taken():
    """The one that the other tests serve is none of these."""
    assert callable(serve_operations(ADDER, operate))
