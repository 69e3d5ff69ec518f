"""Versions of services."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_station.discovery.versions import DEFAULT_VERSION, registered_version, version_key
from session_sharing.errors import InvalidRequestError

parts = st.lists(st.integers(0, 2_000_000_000), min_size=3, max_size=4)


def _text(numbers):
    return ".".join(map(str, numbers))


@given(parts)
def test_version_is_echoed_verbatim(numbers):
    """What a service registers is what its clients are told, whether of three or four parts."""
    text = _text(numbers)
    if version_key(text) != version_key(DEFAULT_VERSION):
        assert registered_version([text]) == text


@given(parts, parts)
def test_versions_are_ordered_as_numbers(one, other):
    """Version 10 comes after version 9, and a missing fourth part counts as 0."""
    padded_one, padded_other = one + [0] * (4 - len(one)), other + [0] * (4 - len(other))
    assert (version_key(_text(one)) < version_key(_text(other))) == (padded_one < padded_other)


@pytest.mark.parametrize("versions", [[], [""], ["", ""]])
def test_no_version_becomes_the_default(versions):
    """A service without a version gets the one that its clients can ask for."""
    assert registered_version(versions) == "0.0.1"


def test_empty_texts_beside_a_version_do_not_count():
    """An empty text is no second version."""
    assert registered_version(["", "1.2.3"]) == "1.2.3"


@pytest.mark.parametrize("version", ["0.0.1", "0.0.1.0", "00.0.01"])
def test_reserved_version_is_refused(version):
    """The default version may not be given explicitly, in any spelling."""
    with pytest.raises(InvalidRequestError, match="reserved"):
        registered_version([version])


@pytest.mark.parametrize(
    "version", ["1", "1.2", "1.2.3.4.5", "1.2.x", "v1.2.3", "1.2.3 ", "-1.2.3", "1..3", "١.٢.٣"]
)
def test_malformed_version_is_refused(version):
    """A text that is no version is refused with an example of one."""
    with pytest.raises(InvalidRequestError, match=r"1\.0\.0"):
        registered_version([version])


def test_more_than_one_version_is_refused():
    """A registration is of one running instance, which has one version."""
    with pytest.raises(InvalidRequestError, match=r"1\.0\.0, 2\.0\.0"):
        registered_version(["1.0.0", "2.0.0"])
