"""Initialize is idempotent, and only for the client that made the request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind
from session_sharing.errors import (
    AttachmentEndedError,
    InvalidRequestError,
    UnknownClientError,
)
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH


@pytest.mark.parametrize("behavior", [Behavior.AUTO, NEW, NEW_DETACH])
def test_repeated_while_it_waits(driver: RegistryDriver, behavior: Behavior) -> None:
    """A request repeated while it waits is one request: both calls get the same answer."""
    first = driver.initialize("a", behavior)
    second = driver.repeat(first.request)
    driver.opened()
    assert first.got == second.got
    assert first.got.new_session
    [session] = driver.registry.sessions()
    assert len(session.attachments) == 1


@pytest.mark.parametrize("behavior", [Behavior.AUTO, NEW, NEW_DETACH])
def test_repeated_when_attached(driver: RegistryDriver, behavior: Behavior) -> None:
    """A request repeated after its answer gets it again, `new_session` included."""
    first = driver.initialize("a", behavior)
    driver.opened()
    second = driver.repeat(first.request)
    assert first.got == second.got
    assert driver.told().count(EventKind.ATTACHED) == 1
    driver.release(first)
    assert bool(driver.closing) is (behavior is not NEW_DETACH), "the repetition counts no more"


def test_repeated_under_another_name_of_the_resource(driver: RegistryDriver) -> None:
    """Two names of one resource are the same request."""
    first = driver.initialize("a", NEW)
    driver.opened()
    assert driver.repeat(replace(first.request, resource_name="./log.txt")).got == first.got


@pytest.mark.parametrize("closed", [False, True])
def test_repeated_after_its_release(driver: RegistryDriver, closed: bool) -> None:
    """A request that comes again after its release does not attach a second time."""
    first = driver.initialize("a", NEW if closed else NEW_DETACH)
    driver.opened()
    driver.release(first)
    if closed:
        driver.closed()
    refused = driver.repeat(first.request)
    assert isinstance(refused.error, AttachmentEndedError)
    assert "released at 2024-05-06 07:08:09 UTC" in refused.error.message
    assert not driver.opening


CHANGES = [
    {"client_id": "b"},
    {"key": "other"},
    {"behavior": Behavior.AUTO},
    {"alias": "x"},
    {"settings": (("speed", "fast"),)},
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("waits", [True, False])
def test_an_attachment_id_is_good_for_one_request(
    driver: RegistryDriver, change: dict[str, Any], waits: bool
) -> None:
    """An attachment id with another wish, or from another client, is refused without harm."""
    first = driver.initialize("a", NEW)
    if not waits:
        driver.opened()
    other = driver.repeat(replace(first.request, **change))
    assert isinstance(other.error, InvalidRequestError)
    if waits:
        driver.opened()
    assert first.got.new_session
    assert len(driver.registry.sessions()) == 1


@pytest.mark.parametrize("state", ["never", "lost", "lost for good"])
def test_a_client_without_a_live_stream_is_refused(driver: RegistryDriver, state: str) -> None:
    """A client id without a stream is refused: never connected, lost, or expired."""
    client = "never" if state == "never" else "a"
    if state == "lost":
        driver.initialize("a")
        driver.registry.lose("a")
    elif state == "lost for good":
        driver.expire("a")
    refused = driver.initialize(client, key="other")
    assert isinstance(refused.error, UnknownClientError)
    assert "other" not in driver.opening.values()


@pytest.mark.parametrize(("client", "attachment"), [("a", ""), ("", "x")])
def test_both_identifiers_or_none(driver: RegistryDriver, client: str, attachment: str) -> None:
    """An Initialize with only one of its two identifiers is refused, not taken for anonymous."""
    refused = driver.initialize(client, attachment=attachment)
    assert isinstance(refused.error, InvalidRequestError)
    assert not driver.opening
