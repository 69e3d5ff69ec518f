"""What `.serviceconfig` files say."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_station.discovery.service_files import MAX_BYTES, read_service_file
from session_sharing.errors import InvalidRequestError, TooLargeError

FILE = Path("folder") / "x.serviceconfig"
SERVICE = {
    "displayName": "A service",
    "serviceClass": "test.Service",
    "providedInterfaces": ["i.One", "i.Two"],
}


def _read(*services):
    return read_service_file(json.dumps({"services": services}).encode(), FILE)


def _with(**changes):
    return {**SERVICE, **changes}


def test_whole_file_is_understood():
    """Every key that NI's files have arrives where it is needed."""
    annotations = {"ni/service.collection": "C", "ni/service.tags": ["a", "b"]}
    (found,) = _read(
        _with(version="1.2.3.4", descriptionUrl="u", path="start.bat", annotations=annotations)
    )
    assert found.descriptor.service_class == "test.Service"
    assert found.descriptor.provided_interfaces == ("i.One", "i.Two")
    assert found.descriptor.versions == ("1.2.3.4",)
    assert found.descriptor.description_url == "u"
    assert found.descriptor.annotations == {**annotations, "ni/service.tags": '["a","b"]'}
    assert found.program == Path("folder") / "start.bat"


def test_little_is_needed():
    """Without a version it has the default one; without a path it cannot be started."""
    (found,) = _read(SERVICE)
    assert (found.descriptor.versions, found.program) == (("0.0.1",), None)


def test_single_interface_is_accepted_too():
    """Servers that are no measurements give one interface, by another key."""
    service = {key: SERVICE[key] for key in ("displayName", "serviceClass")}
    (found,) = _read({**service, "providedInterface": "i.Own"})
    assert found.descriptor.provided_interfaces == ("i.Own",)


def test_path_may_be_written_as_on_windows():
    """A file that was written on Windows names the same program everywhere."""
    (found,) = _read(_with(path="bin\\start.bat"))
    assert found.program == Path("folder") / "bin" / "start.bat"


def test_byte_order_mark_is_no_part_of_it():
    """Editors of Windows begin files with a mark."""
    content = codecs.BOM_UTF8 + json.dumps({"services": [SERVICE, SERVICE]}).encode()
    assert len(read_service_file(content, FILE)) == 2


@pytest.mark.parametrize(
    ("service", "what"),
    [
        (_with(displayName=""), "displayName"),
        (_with(serviceClass=7), "serviceClass"),
        (_with(providedInterfaces=[]), "providedInterfaces"),
        (_with(providedInterfaces="i.One"), "providedInterfaces"),
        (_with(version="nonsense"), "no version"),
        (_with(version="0.0.1"), "reserved"),
        (_with(annotations=[]), "annotations"),
        (_with(path="a\0b"), "null"),
        (_with(displayName="\ud800"), "UTF-8"),
        ([], "list of objects"),
    ],
)
def test_what_is_wrong_is_said(service, what):
    """Who wrote the file is told which file, and which key."""
    with pytest.raises(InvalidRequestError, match=what) as raised:
        _read(service)
    assert str(FILE) in raised.value.message


def test_long_file_is_refused():
    """A file that is none of ours does not take the memory."""
    with pytest.raises(TooLargeError):
        read_service_file(b" " * (MAX_BYTES + 1), FILE)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.just("1.0.0"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*SERVICE, "version", "path", "annotations", "providedInterface"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(st.binary() | JSON.map(lambda services: json.dumps({"services": [services]}).encode()))
def test_whatever_a_file_has_it_is_read_or_refused(content):
    """No file stops the station."""
    try:
        read_service_file(content, FILE)
    except InvalidRequestError as error:
        assert str(FILE) in error.message  # noqa: PT017 - either is right
