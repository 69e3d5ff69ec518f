"""Registrations that survive a restart."""

from __future__ import annotations

import json

import pytest

from local_station.discovery.directory import Directory
from local_station.discovery.kept import Came, Went
from local_station.keeping import to_json
from session_sharing.discovery import ServiceDescriptor, ServiceLocation


def _register(directory, service_class="test.Service"):
    descriptor = ServiceDescriptor(
        "Ein Dienst: ß", service_class, ("i.One", "i.Two"), ("1.2.3.4",), "u", {"key": "välue"}
    )
    return directory.register(descriptor, ServiceLocation("localhost", "1", "2"))


def _written(entry):
    """Return what an entry looks like when it was written and read."""
    [tagged] = json.loads(to_json([entry]))
    return tagged[entry.kind]


def test_registration_is_the_same_after_a_restart():
    """Its id and everything it told come back, also when its version was compared before."""
    registered = _register(Directory())
    assert registered.version_key
    assert Came.read(_written(Came(registered))) == Came(registered)


def test_what_went_is_the_same_after_a_restart():
    """Who has unregistered is not found again."""
    went = Went.of([_register(Directory())])
    assert Went.read(_written(went)) == went


def test_successor_at_the_same_place_replaces_again():
    """What was replaced before the restart does not come back, though it never unregistered."""
    before, after = Directory(), Directory()
    for registration in [_register(before), _register(before)]:
        after.put(Came.read(_written(Came(registration))).registration)
    assert list(after.all()) == list(before.all())
    assert len(after.all()) == 1


@pytest.mark.parametrize("change", [{"versions": []}, {"new": 1}, {"versions": None}])
def test_other_form_is_refused_by_known_errors(change):
    """What another version of the station wrote is told from what this one wrote."""
    fields = _written(Came(_register(Directory())))
    fields["descriptor"].update(change)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Came.read(fields)
