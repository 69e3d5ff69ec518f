"""The lists of a service: every kind of caller tries everything."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from session_sharing.access import AccessRules
from session_sharing.cli.doctor.facts import Answer, Endpoint
from session_sharing.cli.doctor.gather_services import ask
from session_sharing.errors import AuthenticationError, CallerRefusedError, SharingError
from session_sharing.tls.files import CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE
from shared.tests.integration.access.door import Doors


def attaching(doors: Doors, name: str) -> None:
    """Attach, use, and release."""
    with doors.attach(name, uuid.uuid4().hex) as client:
        client.touch()


def listing(doors: Doors, name: str) -> None:
    """List the sessions."""
    with doors.administer(name) as administration:
        administration.sessions()


def watching(doors: Doors, name: str) -> None:
    """See the first event of a watch."""
    with doors.administer(name) as administration:
        next(iter(administration.watch()))


def asking_what_it_is(doors: Doors, name: str) -> None:
    """Ask what the service is, as `doctor` does."""
    with doors.administer(name) as administration:
        administration.service()


def asking_to_close(doors: Doors, name: str) -> None:
    """Close a session politely."""
    with doors.administer(name) as administration:
        administration.close_session(held(doors), "it is late")


def closing_by_force(doors: Doors, name: str) -> None:
    """Close a session under its holders."""
    with doors.administer(name) as administration:
        administration.close_session(held(doors), "it is late", force=True)


def held(doors: Doors) -> str:
    """Return the public id of a new session that a station holds."""
    resource = uuid.uuid4().hex
    doors.attach("station-1", resource)
    told = doors.service.call(doors.service.engine.sessions)
    (public_id,) = (session.public_id for session in told if session.resource_name == resource)
    return public_id


LOOKING = {listing, watching, asking_what_it_is}
ALL = LOOKING | {attaching, asking_to_close, closing_by_force}
LISTS = {
    "none": AccessRules(),
    "all three": AccessRules(
        attach=("CN=station-*", "DNS=console.example"),
        look=("CN=operator", "CN=console", "local"),
        force_close=("CN=operator",),
    ),
    "certificates alone": AccessRules(attach=("*",)),
}
MATRIX: dict[str, dict[str, set[Callable[[Doors, str], None]]]] = {
    "none": {"station-7": ALL, "": ALL},
    "all three": {
        "station-7": {attaching, asking_to_close},
        "console": {attaching, asking_to_close, *LOOKING},
        "operator": {asking_to_close, closing_by_force, *LOOKING},
        "stranger": set(),
        "": LOOKING,
    },
    "certificates alone": {"station-7": ALL, "": ALL - {attaching}},
}
"""What lists let callers do, by their common names; one has no certificate.

To ask politely for a closing needs one of two rights: the third row has no list of the other one.
"""


@pytest.mark.parametrize("lists", LISTS)
def test_lists_say_who_may_do_what(doors, lists):
    """Each caller may do what the lists say; all else is refused, with its name and what to do."""
    doors.start(LISTS[lists])
    wrong = {}
    for name, allowed in MATRIX[lists].items():
        for deed in ALL:
            told = outcome(deed, doors, name)
            if not (told is None if deed in allowed else is_refusal(told, name)):
                wrong[name, deed.__name__] = told
    assert not wrong


def test_doctor_tells_a_refusal_from_silence(doors, monkeypatch):
    """Who may not look is told so, with the list, and not that the service does not answer."""
    doors.start(AccessRules(look=("CN=operator",)))
    files = doors.tls("stranger")
    monkeypatch.setenv(CA_VARIABLE, str(files.ca))
    monkeypatch.setenv(CERTIFICATE_VARIABLE, str(files.certificate))
    monkeypatch.setenv(KEY_VARIABLE, str(files.key))
    facts = ask(Endpoint("memory", doors.address("stranger")))
    assert facts.answer is Answer.REFUSED
    assert "CN=stranger" in facts.refusal
    assert "`look`" in facts.refusal


def outcome(deed: Callable[[Doors, str], None], doors: Doors, name: str) -> SharingError | None:
    """Try something; return the error that it ended with."""
    try:
        deed(doors, name)
    except SharingError as error:
        return error
    return None


def is_refusal(error: SharingError | None, name: str) -> bool:
    """Tell whether an error names the certificate, or the want of one, the list, and a mend."""
    kind, named, mend = (
        (CallerRefusedError, f"The certificate CN={name},", "Whoever runs the service can add it")
        if name
        else (AuthenticationError, "A program without a certificate", "with a client certificate")
    )
    texts = (named, "in [access] of the configuration", mend)
    return type(error) is kind and all(text in str(error) for text in texts)
