"""The link to a service: how its stream begins."""

from __future__ import annotations

from types import SimpleNamespace

import grpc
import pytest

from session_sharing.client.failures import may_come
from session_sharing.client.link import Link
from session_sharing.identity import this_client


def test_stream_that_ends_without_a_word_is_a_failure_that_may_pass():
    """A service that ends the stream before it names the client is looked for anew."""
    link = Link("localhost:1")
    link._stub = SimpleNamespace(Connect=lambda _request: iter(()))
    with pytest.raises(grpc.RpcError) as failure:
        link.open(this_client(), "")
    assert may_come(failure.value)
    link.channel.close()
