"""The directory against a model of what it promises, over random histories."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, rule

from local_station.discovery.directory import Directory, collapsed
from local_station.discovery.model import Wanted
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.errors import NotFoundError, PreconditionError

INTERFACES = ("i.One", "i.Two")
CLASSES = ("c.A", "c.B")
VERSIONS = ("", "1.0.0", "1.0.0.0", "1.0.0.2", "1.10.0", "1.9.0")


def _numbers(version):
    given = [int(part) for part in (version or "0.0.1").split(".")]
    return given + [0] * (4 - len(given))


class DirectoryModel(RuleBasedStateMachine):
    """The model: a list of what was registered, in order, and a scan of it for each question."""

    ids = Bundle("ids")

    def __init__(self):
        super().__init__()
        self.directory = Directory()
        self.known = []
        self.next_port = 1

    @rule(
        target=ids,
        interfaces=st.sets(st.sampled_from(INTERFACES), min_size=1),
        service_class=st.sampled_from(CLASSES),
        version=st.sampled_from(VERSIONS),
    )
    def register(self, interfaces, service_class, version):
        """Every registration has an id of its own."""
        descriptor = ServiceDescriptor("x", service_class, tuple(interfaces), (version,))
        location = ServiceLocation("localhost", str(self.next_port))
        self.next_port += 1
        new = self.directory.register(descriptor, location).registration_id
        assert new not in [known for known, *_ in self.known]
        self.known.append((new, interfaces, service_class, version, location))
        return new

    @rule(old=consumes(ids))
    def unregister(self, old):
        """What is unregistered is gone."""
        self.directory.unregister(old)
        self.known = [entry for entry in self.known if entry[0] != old]

    @rule(old=st.uuids().map(str))
    def unregister_unknown(self, old):
        """Unregistering what is unknown changes nothing."""
        self.directory.unregister(old)

    @rule(
        interface=st.sampled_from(INTERFACES),
        service_class=st.sampled_from(("", *CLASSES)),
        version=st.sampled_from((*VERSIONS, "0.0.1")),
    )
    def resolve(self, interface, service_class, version):
        """The latest instance of the latest version is found, or the right error."""
        wanted = Wanted(interface, service_class, version)
        matching = [
            (_numbers(had), order, location)
            for order, (_, interfaces, its_class, had, location) in enumerate(self.known)
            if interface in interfaces
            and service_class in ("", its_class)
            and (not version or _numbers(version) == _numbers(had))
        ]
        classes = {
            its_class
            for _, interfaces, its_class, had, location in self.known
            if location in [found for *_, found in matching]
        }
        if not matching:
            with pytest.raises(NotFoundError):
                self.directory.resolve(wanted)
        elif len(classes) > 1:
            with pytest.raises(PreconditionError):
                self.directory.resolve(wanted)
        else:
            assert self.directory.resolve(wanted).location == max(matching)[2]

    @rule(interface=st.sampled_from(("", *INTERFACES)))
    def enumerate(self, interface):
        """Each class is listed once, with its versions in order."""
        expected = {}
        for _, interfaces, service_class, version, _ in self.known:
            if interface in ("", *interfaces):
                expected.setdefault(service_class, set()).add(tuple(_numbers(version)))
        matching = self.directory.matching(Wanted(interface))
        found = collapsed(one.descriptor for one in matching)
        assert {
            one.service_class: [tuple(_numbers(version)) for version in one.versions]
            for one in found
        } == {service_class: sorted(versions) for service_class, versions in expected.items()}
        assert len(found) == len(expected)


class TestDirectoryModel(DirectoryModel.TestCase):
    """Whatever was registered and unregistered, every answer is that of a plain list."""

    settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
