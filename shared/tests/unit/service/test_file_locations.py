"""Where files may lie, and that all spellings of one file have one key."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from session_sharing.errors import AccessDeniedError, ResourceNameError, ResourceNotFoundError
from session_sharing.service import file_locations as locations
from session_sharing.service.file_locations import FileLocations, locate_anywhere
from session_sharing.service.file_names import FileKind

KIND = FileKind("log file", (".ndjson", ".log", ".txt"))

needs_links = pytest.mark.skipif(
    sys.platform == "win32", reason="links need a right that users of Windows lack"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the data folder, with a folder `sub` in it."""
    (tmp_path / "data" / "sub").mkdir(parents=True)
    return tmp_path / "data"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder beside the data folder, whose name begins with its name."""
    (tmp_path / "data-of-others").mkdir()
    return tmp_path / "data-of-others"


def test_all_spellings_have_one_key(data: Path) -> None:
    """Relative, absolute, with `..`, `.`, doubled and back slashes: one file, one key."""
    spellings = [
        "a.ndjson",
        "./a.ndjson",
        "sub/../a.ndjson",
        "sub\\..\\a.ndjson",
        "sub//..//a.ndjson",
        str(data / "a.ndjson"),
        str(data / "sub" / ".." / "a.ndjson"),
        f"../{data.name}/a.ndjson",
    ]
    located = {FileLocations(KIND, data).locate(spelling) for spelling in spellings}
    assert {place.key for place in located} == {str(data / "a.ndjson")}
    assert {place.address for place in located} == {str(data / "a.ndjson")}


@needs_links
def test_spelling_does_not_ask_the_disk(data: Path, outside: Path) -> None:
    """A name is spelled alike whatever becomes of its folder, and by whatever link to the root."""
    link = data.parent / "link"
    link.symlink_to(data)
    files = FileLocations(KIND, link)
    spelled = {files.spell("sub/a.log"), files.spell("./sub/../sub/a.log")}
    spelled |= {files.spell(str(root / "sub" / "a.log")) for root in (data, link)}
    (data / "sub").rmdir()
    spelled.add(files.spell("sub/a.log"))
    (data / "sub").symlink_to(outside)
    spelled.add(files.spell("sub/a.log"))
    assert spelled == {str(data / "sub" / "a.log")}
    assert files.spell(str(outside / "a.log")) == str(outside / "a.log")
    with pytest.raises(ResourceNameError):
        files.spell("a.csv")


def test_locating_makes_nothing(data: Path) -> None:
    """To locate a file creates nothing."""
    FileLocations(KIND, data).locate("a.ndjson")
    assert list(data.iterdir()) == [data / "sub"]


@needs_links
def test_links_lead_to_the_same_key(data: Path, tmp_path: Path) -> None:
    """A link to the file, to a folder above it, and to the data folder itself give its key."""
    (data / "a.ndjson").touch()
    (data / "link.log").symlink_to("a.ndjson")
    (data / "folder").symlink_to(".")
    (tmp_path / "other").symlink_to(data)
    place = FileLocations(KIND, tmp_path / "other")
    keys = {place.locate(name).key for name in ("a.ndjson", "link.log", "folder/folder/a.ndjson")}
    assert keys == {str(data / "a.ndjson")}


@needs_links
def test_link_that_dangles_names_what_it_leads_to(data: Path) -> None:
    """A link to a file that is not there yet names that file, if it may be logged to."""
    (data / "link.log").symlink_to("sub/later.ndjson")
    assert FileLocations(KIND, data).locate("link.log").key == str(data / "sub" / "later.ndjson")


@pytest.mark.parametrize(
    "name", ["../a.ndjson", "../data-of-others/a.ndjson", "sub/../../a.ndjson"]
)
def test_outside_is_denied_by_dots(data: Path, outside: Path, name: str) -> None:
    """No `..` leads out of the allowed folders; a folder of a longer name is no folder within."""
    with pytest.raises(AccessDeniedError, match="--allow-root"):
        FileLocations(KIND, data, []).locate(name)


def test_outside_is_denied_by_absolute_path(data: Path, outside: Path) -> None:
    """An absolute path outside is denied; the text names the option that would allow it."""
    with pytest.raises(AccessDeniedError, match="--allow-root") as caught:
        FileLocations(KIND, data, []).locate(str(outside / "a.ndjson"))
    assert str(outside) in caught.value.message


@needs_links
@pytest.mark.parametrize("via", ["folder", "file", "dangling"])
def test_outside_is_denied_by_link(data: Path, outside: Path, via: str) -> None:
    """A link within the data folder does not lead out of it."""
    if via == "folder":
        (data / "out").symlink_to(outside)
        name = "out/a.ndjson"
    else:
        if via == "file":
            (outside / "a.ndjson").touch()
        (data / "out.ndjson").symlink_to(outside / "a.ndjson")
        name = "out.ndjson"
    with pytest.raises(AccessDeniedError):
        FileLocations(KIND, data).locate(name)


def test_option_that_is_not_there_is_not_named(data: Path) -> None:
    """A service that has no option for further folders does not send its users to it."""
    with pytest.raises(AccessDeniedError, match=r"relative name\.$"):
        FileLocations(KIND, data).locate("../a.ndjson")


@needs_links
def test_operators_file_has_the_key_of_all_others(data: Path, tmp_path: Path) -> None:
    """A file that an operator names, also by a link, has the key by which clients find it."""
    (tmp_path / "other").symlink_to(data)
    located = locate_anywhere(tmp_path / "other" / "a.ndjson")
    assert located == FileLocations(KIND, data).locate("a.ndjson")


def test_allowed_root_is_allowed(data: Path, outside: Path) -> None:
    """What lies under an allowed root may be named absolutely; relative names stay in the data."""
    place = FileLocations(KIND, data, [outside])
    assert place.locate(str(outside / "a.ndjson")).key == str(outside / "a.ndjson")
    assert place.locate("a.ndjson").key == str(data / "a.ndjson")
    with pytest.raises(AccessDeniedError):
        place.locate(str(outside.parent / "a.ndjson"))


@needs_links
def test_allowed_root_may_be_a_link(data: Path, outside: Path, tmp_path: Path) -> None:
    """A root that is given by a link allows what the link leads to."""
    (tmp_path / "root").symlink_to(outside)
    place = FileLocations(KIND, data, [tmp_path / "root"])
    assert place.locate(str(tmp_path / "root" / "a.log")).key == str(outside / "a.log")
    assert place.locate(str(outside / "a.log")).key == str(outside / "a.log")


@pytest.mark.parametrize("name", ["missing/a.ndjson", "file.txt/a.ndjson", "missing/../x/a.ndjson"])
def test_missing_folder_is_not_found(data: Path, name: str) -> None:
    """A folder that is missing, or is a file, is named; it is not made."""
    (data / "file.txt").touch()
    with pytest.raises(ResourceNotFoundError, match="Create it first"):
        FileLocations(KIND, data).locate(name)


def test_folder_is_no_log(data: Path) -> None:
    """A folder with the ending of a log is refused as one."""
    (data / "folder.log").mkdir()
    with pytest.raises(ResourceNameError, match="is a folder"):
        FileLocations(KIND, data).locate("folder.log")


@needs_links
def test_what_is_no_file_is_no_log(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipes, sockets, and links that lead in a circle are refused without being opened."""
    os.mkfifo(data / "pipe.log")
    (data / "circle.log").symlink_to("circle.log")
    monkeypatch.chdir(data)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket.log")
        for name in ("pipe.log", "circle.log", "socket.log"):
            with pytest.raises(ResourceNameError, match="no regular file"):
                FileLocations(KIND, data).locate(name)


@needs_links
def test_device_is_no_log(data: Path) -> None:
    """A link to a device is refused even where its folder is allowed."""
    (data / "device.log").symlink_to("/dev/null")
    with pytest.raises(ResourceNameError, match="no regular file"):
        FileLocations(KIND, data, [Path("/dev")]).locate("device.log")


@needs_links
def test_link_to_a_file_of_another_kind_is_refused(data: Path) -> None:
    """A link with the ending of a log does not let in a file that has it not."""
    (data / "program.py").write_text("important")
    (data / "innocent.log").symlink_to("program.py")
    with pytest.raises(ResourceNameError, match="no log file by its ending"):
        FileLocations(KIND, data).locate("innocent.log")


def on_platform(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """Let the locations take this for another platform."""
    monkeypatch.setattr(locations, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(locations, "check_file_name", lambda name, kind, windows: name)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_letter_case_is_folded_where_it_is_ignored(
    data: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """Where names differ by case only in looks they have one key; the address keeps its case."""
    on_platform(monkeypatch, platform)
    monkeypatch.setattr(locations, "_ignores_case", lambda folder: True)
    place = FileLocations(KIND, data)
    located = [place.locate(name) for name in ("Größe é.NDJSON", "gRÖßE É.ndjson")]
    assert len({found.key for found in located}) == 1
    assert located[0].address == str(data / "Größe é.NDJSON")


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("straße.log", "strasse.log"),
        ("5 \u00b5A.log", "5 \u03bcA.log"),  # the sign and the letter
        ("\ufb01.log", "fi.log"),
        ("\u0131.log", "i.log"),
        ("\U00010428.log", "\U00010400.log"),  # beyond what the tables of file systems hold
    ],
)
def test_different_files_stay_different(
    data: Path, monkeypatch: pytest.MonkeyPatch, platform: str, one: str, other: str
) -> None:
    """Names of two files never get one key, however alike they look: records would be mixed."""
    on_platform(monkeypatch, platform)
    monkeypatch.setattr(locations, "_ignores_case", lambda folder: True)
    place = FileLocations(KIND, data)
    assert place.locate(one).key != place.locate(other).key


@pytest.mark.parametrize(("platform", "keys"), [("win32", 2), ("darwin", 1), ("linux", 2)])
def test_composed_letters_are_the_same_on_macos_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch, platform: str, keys: int
) -> None:
    """Only macOS finds a file by the other way to write an accent; elsewhere these are two."""
    on_platform(monkeypatch, platform)
    monkeypatch.setattr(locations, "_ignores_case", lambda folder: True)
    place = FileLocations(KIND, data)
    assert len({place.locate(name).key for name in ("\u00f6.log", "o\u0308.log")}) == keys


def test_letter_case_counts_elsewhere(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where letter case tells files apart, so do the keys."""
    monkeypatch.setattr(locations, "_ignores_case", lambda folder: False)
    place = FileLocations(KIND, data)
    assert place.locate("a.ndjson").key != place.locate("A.ndjson").key


def test_whether_letter_case_counts_is_what_the_file_system_does(data: Path) -> None:
    """Case is ignored exactly where a file is found under the other case of its name."""
    (data / "probe.txt").touch()
    found = (data / "PROBE.TXT").exists()
    assert locations._ignores_case(data) is found


def test_creating_the_file_does_not_change_its_key(data: Path) -> None:
    """A file has one key before and after it is there: else its session would not be found."""
    before = FileLocations(KIND, data).locate("a.ndjson").key
    (data / "a.ndjson").touch()
    assert FileLocations(KIND, data).locate("a.ndjson").key == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is not asked")
def test_parent_of_a_mount_point_is_not_asked(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file system above ignores says nothing of one that is mounted in it."""
    on_platform(monkeypatch, "linux")
    mounted = data / "sub"
    (data / "SUB").symlink_to("sub")  # as if the file system above ignored letter case
    assert locations._ignores_case(mounted)
    real = Path.stat

    def stat(path: Path, **options: bool) -> os.stat_result | SimpleNamespace:
        told = real(path, **options)
        return SimpleNamespace(st_dev=-1) if path == mounted else told

    monkeypatch.setattr(Path, "stat", stat)
    assert not locations._ignores_case(mounted)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pathconf")
@pytest.mark.parametrize("sensitive", [0, 1])
def test_macos_is_asked_for_the_folder_itself(
    data: Path, monkeypatch: pytest.MonkeyPatch, sensitive: int
) -> None:
    """MacOS knows of each volume whether it ignores letter case; no name is tried there."""
    on_platform(monkeypatch, "darwin")
    answers = {(data, 11): sensitive}
    monkeypatch.setattr(os, "pathconf", lambda folder, name: answers[folder, name])
    assert locations._ignores_case(data) is not bool(sensitive)
