"""Addresses of the form host:port."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.discovery.address import (
    addresses_of,
    is_host,
    is_loopback,
    is_port,
    split_address,
)
from session_sharing.errors import InvalidRequestError


@given(st.sampled_from(["localhost", "127.0.0.1", "bench-7.example"]), st.integers(1, 65535))
def test_address_is_taken_apart(host, port):
    """What is joined as host:port comes apart the same."""
    assert split_address(f"{host}:{port}") == (host, port)


@given(st.integers(1, 65535))
def test_ipv6_address_stands_in_brackets(port):
    """The colons of an IPv6 address are not mistaken for the one before the port."""
    assert split_address(f"[::1]:{port}") == ("::1", port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "localhost:",
        ":80",
        "localhost:0",
        "localhost:65536",
        "::1:80",
        "a:b",
        "[]:1",
    ],
)
def test_anything_else_is_no_address(text):
    """A mistyped address is refused with an example of a right one, not tried."""
    with pytest.raises(InvalidRequestError, match="localhost:31763"):
        split_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "bench-7.example.",
        "test_pc",
        "127.0.0.1",
        "::1",
        "[::1]",
        "[fe80::1%eth0]",
        "ü",
    ],
)
def test_host(text):
    """Names and addresses of computers are taken, in the ways in which they are written."""
    assert is_host(text)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            " ",
            "..",
            "[::1",
            "::1]",
            "[localhost]",
            "[127.0.0.1]",
            "localhost:80",
            "a b",
            "a\n",
        ],
        *["http://localhost", "::1%a b", "\0", "a" * 64, "a." * 130, "[]"],
    ],
)
def test_what_is_no_host(text):
    """What no program could connect to is not taken for a computer."""
    assert not is_host(text)


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "+1", " 1", "1_0", "\u0663", "1.0", "x"])
def test_port_is_a_plain_number_in_range(text):
    """Nothing passes for a port that other programs would not take for one."""
    assert not is_port(text)
    assert is_port("1")
    assert is_port("65535")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("192.168.0.1", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_loopback_is_recognised(host, expected):
    """Only what never leaves this machine is spared the proxy."""
    assert is_loopback(host) is expected


def test_localhost_means_both_families():
    """A service is found on either family, whatever this machine resolves `localhost` to."""
    assert addresses_of("localhost") == ("127.0.0.1", "::1")
    assert addresses_of("192.0.2.1") == ("192.0.2.1",)
