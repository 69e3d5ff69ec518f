"""What may be told to whom."""

from __future__ import annotations

import grpc
import pytest
from grpc_health.v1 import health_pb2

from session_sharing.testing.hostile_client import Reply
from session_sharing.testing.kept_secrets import KeptSecrets
from session_sharing.testing.reflected import Method

CHECK = Method.of(health_pb2.DESCRIPTOR.services_by_name["Health"].methods_by_name["Check"])
NAME = "a-name-that-nobody-guesses"
STAMP = "2026-01-02T03:04:05.678Z INFO x: "


@pytest.fixture
def secrets() -> KeptSecrets:
    """Return secrets of which one is a password, and one was told to a client."""
    secrets = KeptSecrets(["hunter2"])
    secrets.learn("session_name", NAME)
    secrets.learn("program", "a-program-that-all-may-know")
    return secrets


def told(secrets: KeptSecrets, text: str, sent: str = "") -> None:
    """Check an error and an answer with this text."""
    for reply in (
        Reply(grpc.StatusCode.NOT_FOUND, text.encode(), []),
        Reply(grpc.StatusCode.OK, b"", [text.encode()]),
    ):
        secrets.check(CHECK, [sent.encode()], reply)


def test_password_is_never_told(secrets: KeptSecrets) -> None:
    """Not even to who sent it."""
    told(secrets, "all is well")
    with pytest.raises(AssertionError, match="hunter2"):
        told(secrets, "no user with hunter2", "hunter2")


def test_name_of_a_session_is_told_to_who_has_it(secrets: KeptSecrets) -> None:
    """An error may repeat what the client sent, and what everybody may know."""
    told(secrets, NAME, f"close {NAME}")
    told(secrets, "a-program-that-all-may-know")
    with pytest.raises(AssertionError, match=NAME):
        told(secrets, NAME, "close something else")


@pytest.mark.parametrize("line", ["hunter2", NAME, "a defect of the service"])
def test_log_keeps_secrets(secrets: KeptSecrets, line: str) -> None:
    """Neither passwords nor names of sessions stand in a log, nor do defects."""
    secrets.check_log([f"{STAMP}all is well", "E1122 22:58:01 listener.cc: full"], "a call")
    with pytest.raises(AssertionError, match="a call"):
        secrets.check_log([f"{STAMP}{line}"], "a call")


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "forged"])
def test_log_has_whole_lines_only(secrets: KeptSecrets, line: str) -> None:
    """What does not begin as lines do is a defect, or was put there by a client."""
    with pytest.raises(AssertionError, match="defect, or a forged line"):
        secrets.check_log([line], "a call")
