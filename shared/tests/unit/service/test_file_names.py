"""What files may be called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.errors import ResourceNameError
from session_sharing.service.file_names import (
    MAXIMUM_NAME_BYTES,
    MAXIMUM_PATH_BYTES,
    FileKind,
    check_file_name,
)

KIND = FileKind("log file", (".ndjson", ".log", ".txt"))

LONGEST = "x" * (MAXIMUM_NAME_BYTES - len(".log")) + ".log"


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("a.ndjson", "a.ndjson"),
        ("A.NDJSON", "A.NDJSON"),
        ("folder\\b.Log", "folder/b.Log"),
        ("../up/./c.txt", "../up/./c.txt"),
        ("/absolute/d.txt", "/absolute/d.txt"),
        ("Ergebnis Größe 5 µm.ndjson", "Ergebnis Größe 5 µm.ndjson"),
        ("console.log", "console.log"),
        ("com10.txt", "com10.txt"),
        (".ndjson", ".ndjson"),
        (LONGEST, LONGEST),
    ],
)
def test_a_good_name_is_taken_with_slashes(resource: str, name: str) -> None:
    """Relative and absolute paths with the three endings, in any letter case, name log files."""
    assert check_file_name(resource, KIND, windows=False) == name


@pytest.mark.parametrize(
    ("resource", "word"),
    [
        ("", "ending"),
        ("a.json", "ending"),
        ("a.ndjson.bak", "ending"),
        ("log", "ending"),
        ("a.ndjson ", "ending"),
        ("folder/", "ending"),
        ("a\x00.ndjson", "control"),
        ("a\n.ndjson", "control"),
        ("a\x7f.ndjson", "control"),
        ("CON.log", "device"),
        ("nul.ndjson", "device"),
        ("x/aux .txt", "device"),
        ("com1.tar.log", "device"),
        ("LPT³.txt", "device"),
        ("conin$.txt", "device"),
        ("folder./a.log", "dot or blank"),
        ("folder /a.log", "dot or blank"),
        ("\ud800.log", "Unicode"),
        ("x" + LONGEST, f"{MAXIMUM_NAME_BYTES + 1} bytes"),
        ("µ" * 120 + ".log", f"{MAXIMUM_NAME_BYTES} at most"),
        ("f/" * (MAXIMUM_PATH_BYTES // 2) + "a.log", f"{MAXIMUM_PATH_BYTES} at most"),
        ("C:/a.log", "drive"),
        ("c:a.log", "drive"),
        ("//server/share/a.log", "network share"),
        ("\\\\server\\share\\a.log", "network share"),
        ("\\\\.\\pipe\\a.log", "network share"),
    ],
)
def test_a_bad_name_is_refused_with_the_reason(resource: str, word: str) -> None:
    """What no system, or no Windows, could hold as a log file is refused, and the text says why."""
    with pytest.raises(ResourceNameError, match=word) as caught:
        check_file_name(resource, KIND, windows=False)
    assert "cannot be a log file" in caught.value.message
    assert len(caught.value.message) < 700
    assert caught.value.message.encode()  # it can be sent


@pytest.mark.parametrize(
    "resource", ["C:/logs/a.log", "c:\\logs\\a.log", "\\\\server\\share\\a.log"]
)
def test_windows_has_drives_and_shares(resource: str) -> None:
    """On Windows a drive with a folder, or a network share, may be named."""
    assert check_file_name(resource, KIND, windows=True) == resource.replace("\\", "/")


@pytest.mark.parametrize(
    ("resource", "word"),
    [("C:a.log", "drive without a folder"), ("C:/a:b.log", "':'"), ("a.log:stream.log", "':'")],
)
def test_windows_has_no_other_colons(resource: str, word: str) -> None:
    """On Windows a drive's current folder and the streams of a file are no places for a log."""
    with pytest.raises(ResourceNameError, match=word):
        check_file_name(resource, KIND, windows=True)


@given(st.text(max_size=300), st.sampled_from(["", *KIND.endings]), st.booleans())
def test_any_text_is_taken_or_refused(stem: str, ending: str, windows: bool) -> None:
    """Whatever a client sends is either a usable name or a refusal, never another failure."""
    try:
        name = check_file_name(stem + ending, KIND, windows=windows)
    except ResourceNameError:
        return
    assert name.lower().endswith(KIND.endings)
    assert all(len(part.encode()) <= MAXIMUM_NAME_BYTES for part in name.split("/"))
    assert "\\" not in name
    assert "\x00" not in name
