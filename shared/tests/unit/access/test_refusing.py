"""What callers are told who may not do something."""

from __future__ import annotations

import pytest

from session_sharing.access import (
    AccessRules,
    Caller,
    Right,
    caller_with_certificate,
    nobody_may,
    refusal,
)
from session_sharing.errors import AuthenticationError, CallerRefusedError

STATION = caller_with_certificate(b"CN=station-7,O=Firm", (), b"pem")
NOBODY = AccessRules((), (), ())


@pytest.mark.parametrize("right", Right)
def test_certificate_that_is_not_listed_is_told_its_name_the_list_and_what_to_do(right):
    """Who runs the service can act on what the refused one reads out."""
    error = refusal(NOBODY, {right}, STATION)
    assert isinstance(error, CallerRefusedError)
    for told in (STATION.subject, f"the list `{right.value}` in [access]", right.deed, "add it"):
        assert told in error.message


@pytest.mark.parametrize(
    ("caller", "may_be_local"), [(Caller(local=True), True), (Caller(), False)]
)
def test_program_without_certificate_is_told_to_bring_one(caller, may_be_local):
    """Who is not known is told so, and of `local` only where that would help."""
    error = refusal(NOBODY, {Right.LOOK}, caller)
    assert isinstance(error, AuthenticationError)
    assert "with a client certificate" in error.message
    assert ('"local"' in error.message) is may_be_local


def test_one_of_several_rights_is_enough():
    """To ask for a closing, who may attach needs not be on the list of those who close by force."""
    both = {Right.ATTACH, Right.FORCE_CLOSE}
    assert refusal(AccessRules(attach=("*",), force_close=()), both, STATION) is None
    assert refusal(AccessRules(attach=(), force_close=("*",)), both, STATION) is None
    error = refusal(NOBODY, both, STATION)
    assert error is not None
    assert "`attach` or `force_close`" in error.message


def test_what_needs_no_right_is_refused_to_nobody():
    """Health and reflection answer whoever can connect."""
    assert refusal(NOBODY, (), Caller()) is None


def test_method_of_no_table_is_named():
    """The defect can be found by what is told."""
    assert "/x.Y/Z" in nobody_may("/x.Y/Z").message
