"""Clients without identity use what was initialized with their certificate only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from session_sharing.core import Outcome
from session_sharing.errors import OtherCertificateError, SessionNotFoundError
from session_sharing.information import ClientIdentity
from session_sharing.testing.registry_calls import Call, InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver


def initialize(driver: RegistryDriver, subject: str) -> InitializeCall:
    """Let a client without identity initialize with a certificate, and its resource open."""
    wish = RegistryDriver().initialize("").request
    call = driver.repeat(replace(wish, subject=subject))
    if driver.opening:
        driver.opened()
    return call


def use(driver: RegistryDriver, name: str, subject: str) -> None:
    """Begin and end an operation with a certificate."""
    driver.registry.begin_operation(name, "", driver.now, anonymous=True, subject=subject)
    driver.carry_out(driver.registry.end_operation(name, driver.now))


def close(driver: RegistryDriver, name: str, subject: str) -> Call:
    """Close with a certificate."""
    call = Call()
    effects = driver.registry.close_anonymously(call, name, driver.now, subject=subject)
    driver.carry_out(effects)
    return call


@pytest.mark.parametrize(("owner", "stranger"), [("CN=a", "CN=b"), ("CN=a", ""), ("", "CN=b")])
@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("with_identity", [False, True])
def test_name_of_a_session_is_of_no_use_to_another(owner, stranger, restarted, with_identity):
    """Who only knows the session's name neither uses nor closes it, whoever created it."""
    driver = RegistryDriver()
    if with_identity:
        driver.registry.connect("client", ClientIdentity("a.py", subject=owner))
        made = replace(RegistryDriver().initialize("client").request, subject=owner)
        name_of = driver.repeat(made)
        driver.opened()
    else:
        name_of = initialize(driver, owner)
    name = name_of.got.session_name
    if restarted:
        driver.restart()
    before = driver.registry.snapshot()
    with pytest.raises(OtherCertificateError, match=stranger or "without a certificate"):
        use(driver, name, stranger)
    assert type(close(driver, name, stranger).error) is OtherCertificateError
    assert driver.registry.snapshot() == before
    use(driver, name, owner)


@pytest.mark.parametrize("restarted", [False, True])
def test_it_is_told_by_its_certificate(restarted):
    """Who opened, who came and who closed is told, though it says nothing of itself."""
    driver = RegistryDriver()
    name = initialize(driver, "CN=a").got.session_name
    initialize(driver, "CN=b")
    assert driver.events[-1].text == "a client without identity [CN=b]"
    if restarted:
        driver.restart()
    told = driver.registry.information(name)
    assert "created by a client without identity [CN=a] at" in str(told)
    assert "closes it when the client that opened it does" in told.how_to_close()
    close(driver, name, "CN=a")
    assert driver.registry.information(name).closed_by == "a client without identity [CN=a]"


@pytest.mark.parametrize("restarted", [False, True])
def test_who_initialized_too_takes_the_session_from_nobody(restarted):
    """It may use it; after its close it may not, and who opened it still may, and closes it."""
    driver = RegistryDriver()
    name = initialize(driver, "CN=a").got.session_name
    assert initialize(driver, "CN=b").got.session_name == name
    if restarted:
        driver.restart()
    use(driver, name, "CN=b")
    assert close(driver, name, "CN=b").released.outcome is Outcome.CLOSE_PENDING
    with pytest.raises(OtherCertificateError):
        use(driver, name, "CN=b")
    use(driver, name, "CN=a")
    assert close(driver, name, "CN=a").answer is None
    assert driver.closing == {name}
    with pytest.raises(SessionNotFoundError):
        use(driver, name, "CN=a")
