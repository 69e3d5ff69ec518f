"""What a client made is used with its certificate only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_sharing.behavior import Behavior
from session_sharing.core import ReleaseRequest
from session_sharing.errors import OtherCertificateError, SharingError
from session_sharing.information import ClientIdentity
from session_sharing.testing.registry_calls import Call
from session_sharing.testing.registry_driver import RegistryDriver

SUBJECTS = ["", "CN=a", "CN=b"]


def identity(subject: str) -> ClientIdentity:
    """Describe a client with a certificate."""
    return ClientIdentity("a.py", "host", 100, user="ann", subject=subject)


class Certified:
    """A driver with one client, called by whatever certificate."""

    def __init__(self, subject: str) -> None:
        self.driver = RegistryDriver()
        self.driver.registry.connect("client", identity(subject))
        self.call = self.driver.repeat(replace(self.wish("one"), subject=subject))

    def wish(self, attachment: str, behavior: Behavior = Behavior.AUTO):
        """Return a request for a session."""
        driver = RegistryDriver()
        return driver.initialize("client", behavior, attachment=attachment).request

    def release(self, subject: str) -> Call:
        """Release with a certificate."""
        call = Call()
        request = ReleaseRequest("client", "one", self.call.got.session_name, subject=subject)
        self.driver.carry_out(self.driver.registry.release(call, request, self.driver.now))
        return call

    def try_all(self, subject: str) -> list[SharingError]:
        """Come back, initialize anew, repeat, use and release with a certificate."""
        registry, now = self.driver.registry, self.driver.now
        name = self.call.got.session_name
        told = []
        for attempt in (
            lambda: registry.connect("client", identity(subject)),
            lambda: registry.begin_operation(name, "one", now, subject=subject),
        ):
            with pytest.raises(SharingError) as raised:
                attempt()
            told.append(raised.value)
        for attachment in ("one", "two"):
            again = replace(self.wish(attachment), subject=subject)
            told.append(self.driver.repeat(again).error)
        told.append(self.release(subject).error)
        return told


@pytest.mark.parametrize("owner", SUBJECTS)
@pytest.mark.parametrize("stranger", SUBJECTS)
@pytest.mark.parametrize("restarted", [False, True])
def test_stolen_ids_are_of_no_use_with_another_certificate(owner, stranger, restarted):
    """Who knows all ids of a client can do nothing with them, and is told both certificates."""
    if owner == stranger:
        return
    certified = Certified(owner)
    certified.driver.opened()
    if restarted:
        certified.driver.restart()
        certified.driver.registry.connect("client", identity(owner))
    before = certified.driver.registry.snapshot()
    for error in certified.try_all(stranger):
        assert type(error) is OtherCertificateError
        for subject in (owner, stranger):
            assert (subject or "without a certificate") in error.message
    assert certified.driver.registry.snapshot() == before
    certified.release(owner)
    assert not certified.driver.registry.attachment_ids(certified.call.got.session_name)


def test_client_lost_over_a_restart_comes_back_with_its_certificate_only():
    """The subject is kept: a stolen id is of no use while its owner has yet to come back."""
    certified = Certified("CN=a")
    certified.driver.opened()
    certified.driver.restart()
    registry = certified.driver.registry
    with pytest.raises(OtherCertificateError):
        registry.connect("client", identity("CN=b"))
    assert registry.connected_clients() == []
    (session,) = registry.sessions()
    assert session.created_by == identity("CN=a")
    assert [held.holder for held in session.attachments] == [identity("CN=a")]
    registry.connect("client", identity("CN=a"))
    assert registry.connected_clients() == ["client"]


def test_what_waits_is_given_up_by_its_own_certificate_only():
    """A stranger cannot keep a client from the session that it waits for."""
    certified = Certified("CN=a")
    waiting = certified.driver.repeat(replace(certified.wish("two"), subject="CN=a"))
    call = Call()
    request = ReleaseRequest("client", "two", subject="CN=b")
    certified.driver.registry.release(call, request, certified.driver.now)
    certified.driver.opened()
    assert waiting.got.session_name == certified.call.got.session_name


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["connect", "initialize", "use", "release"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["one", "two"]),
        st.sampled_from(["CN=a", "CN=b", ""]),
    ),
    max_size=25,
)


@settings(max_examples=150)
@given(STEPS)
def test_no_sequence_of_calls_gets_at_what_another_certificate_made(steps):
    """Whatever is tried in whatever order, an attachment is used by its maker's certificate."""
    driver = RegistryDriver()
    registry, now = driver.registry, driver.now
    driver.connect("opener")
    driver.initialize("opener")
    driver.opened()
    name = registry.session_on("log")
    owners: dict[str, str] = {}
    for step, client, attachment, subject in steps:
        holders = {held.public_id: held.holder for held in registry.sessions()[0].attachments}
        try:
            if step == "connect":
                registry.connect(client, identity(subject))
                owners.setdefault(client, subject)
                assert owners[client] == subject
            elif step == "initialize":
                wish = driver.initialize("", key="other", attachment="").request
                wish = replace(
                    wish, key="log", client_id=client, attachment_id=attachment, subject=subject
                )
                got = driver.repeat(wish).answer
                assert isinstance(got, SharingError) or owners[client] == subject
            elif step == "use":
                registry.begin_operation(name, attachment, now, subject=subject)
                assert holders[attachment].subject == subject
            else:
                call, request = Call(), ReleaseRequest(client, attachment, name, subject=subject)
                driver.carry_out(registry.release(call, request, now))
                gone = attachment in holders and attachment not in registry.attachment_ids(name)
                assert not gone or holders[attachment].subject == subject
        except SharingError:
            continue
