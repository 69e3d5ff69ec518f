"""Registrations that survive a restart."""

from __future__ import annotations

import json

import pytest

from local_station.discovery import kept as kept_module
from local_station.discovery.directory import Directory
from local_station.discovery.kept import KIND, KeptRegistrations, kept_registration
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.journals.lines import read_lines


def _register(directory, service_class="test.Service"):
    descriptor = ServiceDescriptor(
        "Ein Dienst: ß", service_class, ("i.One", "i.Two"), ("1.2.3.4",), "u", {"key": "välue"}
    )
    return directory.register(descriptor, ServiceLocation("localhost", "1", "2"))


def _entries(kept):
    return [json.loads(text)[KIND] for text in read_lines("".join(kept.lines()).encode()).texts]


def test_registration_is_the_same_after_a_restart():
    """Its id, everything it told, and the order in which services registered come back."""
    directory = Directory()
    registered = [_register(directory, name) for name in ("test.One", "test.Two")]
    entries = _entries(KeptRegistrations(directory, ()))
    assert [kept_registration(fields) for fields in entries] == registered


def test_own_services_are_not_kept():
    """The station registers its own two anew, at the port of its new run."""
    directory = Directory()
    own = _register(directory)
    assert _entries(KeptRegistrations(directory, {own.registration_id})) == []


def test_each_line_is_made_once(monkeypatch):
    """With a thousand services, the next one costs the making of one line."""
    made = []
    monkeypatch.setattr(kept_module, "line_of", lambda fields: made.append(fields) or "x")
    directory = Directory()
    kept = KeptRegistrations(directory, ())
    first = _register(directory, "test.One")
    assert list(kept.lines()) == ["x"]
    _register(directory, "test.Two")
    directory.unregister(first.registration_id)
    assert list(kept.lines()) == ["x"]
    assert len(made) == 2


@pytest.mark.parametrize("change", [{"versions": []}, {"new": 1}, {"versions": None}])
def test_other_form_is_refused_by_known_errors(change):
    """What another version of the station wrote is told from what this one wrote."""
    directory = Directory()
    _register(directory)
    (fields,) = _entries(KeptRegistrations(directory, ()))
    fields["descriptor"].update(change)
    with pytest.raises((KeyError, TypeError, ValueError)):
        kept_registration(fields)
