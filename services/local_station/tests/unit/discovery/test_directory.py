"""The directory of registered services."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local_station.discovery.directory import Directory, collapsed
from local_station.discovery.model import Wanted
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.errors import (
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    ResourceExhaustedError,
)

INTERFACE = "test.Interface"
HERE = ServiceLocation("localhost", "1000")


def _service(service_class="test.Service", version="", interfaces=(INTERFACE,)):
    versions = (version,) if version else ()
    return ServiceDescriptor("A service", service_class, interfaces, versions)


def _enumerated(directory, wanted):
    return collapsed(one.descriptor for one in directory.matching(wanted))


def _at(port):
    return ServiceLocation("localhost", str(port))


def _resolved_port(directory, *wanted):
    return directory.resolve(Wanted(INTERFACE, *wanted)).location.insecure_port


def test_registered_service_is_resolved():
    """What was registered is found by its interface and class."""
    directory = Directory()
    registration_id = directory.register(_service(), HERE).registration_id
    found = directory.resolve(Wanted(INTERFACE, "test.Service"))
    assert (found.registration_id, found.location) == (registration_id, HERE)


def test_default_version_is_told_and_resolvable():
    """A service without a version is told to have 0.0.1, and is found under it."""
    directory = Directory()
    directory.register(_service(), HERE)
    assert directory.resolve(Wanted(INTERFACE)).descriptor.versions == ("0.0.1",)
    assert _resolved_port(directory, "test.Service", "0.0.1") == "1000"


def test_latest_version_is_resolved_unless_one_is_named():
    """Without a version the highest is meant, compared as numbers; with one, that one."""
    directory = Directory()
    for port, version in ((1, "9.0.0"), (2, "10.0.0.1"), (3, "10.0.0")):
        directory.register(_service(version=version), _at(port))
    assert _resolved_port(directory) == "2"
    assert _resolved_port(directory, "", "9.0.0") == "1"
    assert _resolved_port(directory, "", "10.0.0.0") == "3"


@pytest.mark.parametrize("version", ["1.0.0", "nonsense", "0.0.1.1"])
def test_unknown_version_is_not_found(version):
    """Another version is never handed out in the place of the one that was named."""
    directory = Directory()
    directory.register(_service(version="2.0.0"), HERE)
    with pytest.raises(NotFoundError):
        directory.resolve(Wanted(INTERFACE, "test.Service", version))


def test_latest_instance_wins_and_the_older_stays():
    """A restarted service replaces its old self; when it ends, the older one is found again."""
    directory = Directory()
    directory.register(_service(), _at(1))
    second = directory.register(_service(), _at(2)).registration_id
    assert _resolved_port(directory) == "2"
    directory.unregister(second)
    assert _resolved_port(directory) == "1"


def test_avoided_instance_is_passed_over():
    """An instance that does not answer is not handed out as long as there is another."""
    directory = Directory()
    directory.register(_service(), _at(1))
    silent = directory.register(_service(), _at(2)).registration_id
    wanted = Wanted(INTERFACE)
    assert directory.resolve(wanted, avoiding={silent}).location == _at(1)


def test_service_that_only_does_not_answer_is_said_to_be_registered():
    """The error tells a silent service from one that was never started."""
    directory = Directory()
    silent = directory.register(_service(), HERE).registration_id
    with pytest.raises(NotFoundError, match="does not answer"):
        directory.resolve(Wanted(INTERFACE), avoiding={silent})


@pytest.mark.parametrize("place", range(3))
def test_error_does_not_repeat_whatever_was_asked_for(place):
    """Names of megabytes are cut before they are made printable: that takes seconds for all."""
    wanted = ["\x1b" * 1_000_000 if number == place else "1.0.0" for number in range(3)]
    with pytest.raises(NotFoundError) as caught:
        Directory().resolve(Wanted(*wanted))
    assert len(str(caught.value)) < 2_000


def test_class_must_be_named_where_several_match():
    """Which of two different services is meant is never guessed, and the error names both."""
    directory = Directory()
    directory.register(_service("test.One"), _at(1))
    directory.register(_service("test.Two"), _at(2))
    with pytest.raises(PreconditionError, match=r"'test\.One', 'test\.Two'"):
        directory.resolve(Wanted(INTERFACE))
    assert _resolved_port(directory, "test.One") == "1"


def test_interface_must_be_named_to_resolve():
    """A resolution without an interface is refused."""
    with pytest.raises(InvalidRequestError, match="provided_interface"):
        Directory().resolve(Wanted())


def test_unregistering_twice_is_no_error():
    """A service may be stopped twice."""
    directory = Directory()
    registration_id = directory.register(_service(), HERE).registration_id
    directory.unregister(registration_id)
    directory.unregister(registration_id)
    assert directory.matching(Wanted()) == []


def test_versions_of_a_class_are_enumerated_as_one():
    """Side by side versions are one service with all its versions, described as the latest."""
    directory = Directory()
    directory.register(replace(_service(version="2.0.0"), display_name="New"), _at(1))
    directory.register(replace(_service(version="1.0.0"), display_name="Old"), _at(2))
    directory.register(_service("test.Other", "3.0.0"), _at(3))
    found = _enumerated(directory, Wanted(INTERFACE))
    assert [(one.service_class, one.versions) for one in found] == [
        ("test.Service", ("1.0.0", "2.0.0")),
        ("test.Other", ("3.0.0",)),
    ]
    assert found[0].display_name == "New"


def test_enumeration_is_narrowed_by_interface_and_class():
    """An empty text means all, anything else only what has it."""
    directory = Directory()
    directory.register(_service("test.One", interfaces=("a", "b")), _at(1))
    directory.register(_service("test.Two", interfaces=("b",)), _at(2))

    def classes(*wanted):
        return [one.service_class for one in _enumerated(directory, Wanted(*wanted))]

    assert classes() == classes("b") == ["test.One", "test.Two"]
    assert classes("a") == classes("", "test.One") == ["test.One"]
    assert classes("a", "test.Two") == []


def test_one_place_has_one_instance_of_a_class_and_version():
    """A service that registers anew, as after a restart of the station, is not listed twice."""
    directory = Directory()
    directory.register(_service(), HERE)
    directory.register(_service(version="1.0.0"), HERE)
    again = directory.register(_service(), HERE)
    assert len(directory.all()) == 2
    assert directory.resolve(Wanted(INTERFACE, "", "0.0.1")) == again


def test_registrations_are_bounded(monkeypatch):
    """A program that registers without end is refused, and who registers anew is not."""
    monkeypatch.setattr("local_station.discovery.directory.MAX_REGISTRATIONS", 2)
    directory = Directory()
    directory.register(_service(), _at(1))
    directory.register(_service(), _at(2))
    with pytest.raises(ResourceExhaustedError, match="2 services"):
        directory.register(_service(), _at(3))
    directory.register(_service(), _at(2))
    assert directory.is_full


def test_nothing_is_left_of_what_was_unregistered():
    """A station that runs for months does not grow with what came and went."""
    directory = Directory()
    directory.unregister(directory.register(_service(), HERE).registration_id)
    assert not directory._of_class
    assert not directory._of_interface


@pytest.mark.parametrize(
    ("descriptor", "location", "named"),
    [
        (replace(_service(), display_name=""), HERE, "display_name"),
        (_service(service_class=""), HERE, "service_class"),
        (_service(interfaces=()), HERE, "provided_interfaces"),
        (_service(interfaces=("",)), HERE, "provided_interfaces"),
        (_service(), ServiceLocation("", "1"), "location"),
        (_service(), ServiceLocation("localhost", ""), "insecure_port"),
        (_service(), ServiceLocation("localhost", "0"), "port"),
        (_service(), ServiceLocation("localhost", "65536"), "port"),
        (_service(), ServiceLocation("localhost", "http"), "port"),
        (_service(), ServiceLocation("localhost", "1", "x"), "port"),
        (_service(), ServiceLocation("[::1", "1"), "host"),
    ],
)
def test_incomplete_registration_is_refused_and_leaves_nothing(descriptor, location, named):
    """A registration that nobody could use is refused, naming what is wrong with it."""
    directory = Directory()
    with pytest.raises(InvalidRequestError, match=named):
        directory.register(descriptor, location)
    assert directory.matching(Wanted()) == []


def test_port_with_encryption_is_enough():
    """A service may offer nothing but an encrypted port."""
    directory = Directory()
    directory.register(_service(), ServiceLocation("localhost", "", "443"))
    assert directory.resolve(Wanted(INTERFACE)).location.ssl_authenticated_port == "443"
