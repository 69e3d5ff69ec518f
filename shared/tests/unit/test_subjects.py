"""The one spelling of the subjects of certificates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.subjects import cut, readable, subject_of
from shared.tests.unit.rfc2253 import SUBJECTS, VALUES, rfc2253


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("CN=station-7,O=Firm", "CN=station-7,O=Firm"),
        (r"CN=Pr\C3\BCfplatz", "CN=Prüfplatz"),
        (r"CN=a\,b\+c\\C3", r"CN=a\,b\+c\\C3"),  # a backslash, then a C and a 3
        (r"CN=\E6\BC\A2\E5\AD\97", "CN=漢字"),
        (r"CN=\E2\80\AEevil", r"CN=\E2\80\AEevil"),  # it turns the direction of what follows
        (r"CN=\C3x", r"CN=\C3x"),  # half a letter
        (r"CN=a] [b", r"CN=a\5D \5Bb"),
        (r"CN=a\\5D", r"CN=a\\5D"),  # a backslash, then a 5 and a D
        (r"CN=line\0Aend", r"CN=line\0Aend"),
    ],
)
def test_subjects_are_shown_with_the_letters_of_their_language(written, shown):
    """People read letters where a certificate has letters, escapes where they would deceive."""
    assert readable(written) == shown


@given(SUBJECTS, SUBJECTS)
def test_two_subjects_stay_two(one, other):
    """However values are spelt, two different subjects are never shown as one."""
    assert (readable(one) == readable(other)) == (one == other)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=2), min_size=1, max_size=3))
def test_python_and_grpc_tell_one_spelling(parts):
    """What an error names can be copied into a list, whichever library told the subject."""
    told = [[("commonName", value) for value in part] for part in parts]
    written = ",".join("+".join(f"CN={rfc2253(v)}" for v in part[::-1]) for part in parts[::-1])
    assert subject_of(told) == readable(written)


def test_ends_of_values_and_short_names_are_spelt_as_openssl_does():
    """A space at an end and a `#` in front stay behind a backslash; rare kinds keep their names."""
    told = [[("userId", " a ")], [("emailAddress", "#b")], [("1.2.3", "c")]]
    assert subject_of(told) == r"1.2.3=c,emailAddress=\#b,UID=\ a\ "


def test_long_subject_is_cut_in_its_middle():
    """An error stays readable, whatever a CA signed."""
    assert cut("CN=a") == "CN=a"
    assert len(cut(f"CN=a,{'OU=x,' * 200}O=b")) <= 400
