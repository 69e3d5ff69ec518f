"""How every server speaks gRPC."""

from __future__ import annotations

from pathlib import Path

from session_sharing.service.hosting import SERVER_OPTIONS, HostingOptions


def test_frozen_clients_are_noticed_within_five_seconds() -> None:
    """Ping interval and time-out of the transport add up to 5 s, for old cores and for new ones."""
    options = dict(SERVER_OPTIONS)
    assert options["grpc.keepalive_time_ms"] + options["grpc.http2.ping_timeout_ms"] <= 5000
    assert options["grpc.keepalive_timeout_ms"] == options["grpc.http2.ping_timeout_ms"]


def test_a_stop_takes_ten_seconds_unless_told_otherwise() -> None:
    """The limit of the interface is the default."""
    assert HostingOptions(name="x", port=None, state_folder=Path()).stop_within == 10
