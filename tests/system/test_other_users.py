"""What another user of the same machine gets of a station's files, and through its services."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from session_sharing import cli
from session_sharing.errors import AccessDeniedError, InvalidRequestError, SharingError
from tests.system.strangers import (
    OWNER,
    PASSWORD,
    STRANGER,
    Premises,
    as_stranger,
    contents,
    files_below,
    premises,
    require_two_users,
)

KEPT = (
    *("DiscoveryService.json", "DiscoveryService.lock", "DiscoveryService.journal"),
    *("local_station.port", "json_logger.port", "db_writer.port"),
    *(".json_logger.lock", ".db_writer.lock", "json_logger.journal", "db_writer.journal"),
    *("a.ndjson", ".a.ndjson.lock", ".a.ndjson.numbers"),
    *("a.sqlite", "a.sqlite-wal", "a.sqlite-shm"),
    *("line-*.sqlite3", "line-*.sqlite3-wal", "line-*.sqlite3-shm", "line-*.sqlite3.reserve"),
)
"""What must be among the files, so that what is tried in vain was there."""


@pytest.fixture(scope="module")
def there() -> Iterator[Premises]:
    """Start the services; not in pytest's folders, which nobody else may enter anyway."""
    require_two_users()
    with (
        tempfile.TemporaryDirectory(prefix="other-users-") as folder,
        premises(Path(folder)) as started,
    ):
        yield started


def test_services_run_as_an_ordinary_user(there: Premises) -> None:
    """The other tests are worth something: the services are the owner's, with a umask of 0."""
    for service in there.services:
        status = Path(f"/proc/{service.process.pid}/status").read_text()
        assert re.search(rf"^Uid:\t{OWNER}\t{OWNER}\t{OWNER}", status, re.MULTILINE)
        assert re.search(r"^Umask:\t0000$", status, re.MULTILINE)
    assert as_stranger("id -u").stdout == f"{STRANGER}\n"


@contextmanager
def folders_opened(there: Premises) -> Iterator[None]:
    """Let everybody enter and list all folders of the services, as a careless operator may."""
    found = [each for top in there.kept for each in (top, *top.rglob("*")) if each.is_dir()]
    modes = {folder: folder.stat().st_mode for folder in found}
    for folder in found:
        folder.chmod(0o755)
    yield
    for folder, mode in modes.items():
        folder.chmod(mode)


@pytest.mark.parametrize("opened", [False, True], ids=["as made", "folders opened"])
def test_stranger_reads_and_changes_no_file(there: Premises, opened: bool) -> None:
    """Key file, journals, spool, logs, databases and locks are the owner's alone, each by itself.

    They are so as well where somebody has opened the folders.
    """
    files = files_below(*there.kept)
    for pattern in KEPT:
        assert any(path.match(pattern) for path in files), f"{pattern} is not there"
    script = """
        for file in "$@"; do
            if cat "$file" > /dev/null; then echo "READ $file"; fi
            if true >> "$file"; then echo "WRITTEN $file"; fi
            if mv "$file" "$file.x"; then echo "MOVED $file"; fi
            if true > "${file%/*}/planted.log"; then echo "PLANTED ${file%/*}"; fi
        done"""
    with folders_opened(there) if opened else nullcontext():
        tried = as_stranger(script, *files)
    assert tried.stdout == ""
    assert tried.stderr.count("ermission denied") >= len(files)


@pytest.fixture(scope="module")
def planted(there: Premises) -> Premises:
    """Have the stranger plant links, to the owner's files, and a pipe in the open folder."""
    done = as_stranger(
        """
        cd "$1" || exit
        ln -s "$2/secret.log" link.log; ln -s "$2/new.log" dangling.log; ln -s "$2" folder
        ln -s "$2/secret.log" .locked.log.lock; ln -s "$2/secret.log" .numbered.log.numbers
        mkfifo pipe.log
        """,
        there.shared,
        there.private,
    )
    assert done.stderr == ""
    return there


@pytest.mark.parametrize(
    "name",
    [
        *("../../private/new.log", "../../private/secret.log", "{private}/secret.log"),
        *("{shared}/link.log", "{shared}/dangling.log", "{shared}/folder/new.log"),
        *("{shared}/folder/secret.log", "{shared}/pipe.log", "{shared}/../private/new.log"),
        *("{shared}/locked.log", "../../home/station/planted.log"),
    ],
)
def test_stranger_writes_outside_through_no_log(planted: Premises, name: str) -> None:
    """Neither a name nor a link in an open folder leads the logger to another file of its user."""
    before = contents(planted.private)
    resource = name.format(private=planted.private, shared=planted.shared)
    with pytest.raises(SharingError) as refused:
        planted.log(resource)
    assert isinstance(refused.value, (AccessDeniedError, InvalidRequestError)), refused.value
    assert contents(planted.private) == before
    assert not list(planted.home.rglob("planted.log"))


def test_link_in_place_of_a_side_file_is_not_followed(planted: Premises) -> None:
    """What stands beside a log is replaced, not written through, where a stranger was first."""
    before = contents(planted.private)
    with planted.log(str(planted.shared / "numbered.log")) as client:
        client.log("m", {}, {"v": 1.0})
        client.flush()
    assert (planted.shared / "numbered.log").read_bytes().count(b"\n") == 1
    assert contents(planted.private) == before


@pytest.mark.parametrize("name", ["../../private/new.sqlite", "{private}/new.db", "spool/{spool}"])
def test_stranger_writes_outside_through_no_database(there: Premises, name: str) -> None:
    """Nor does the database writer make or open a file elsewhere, or the spool that it keeps."""
    data = there.databases / "data"
    (spool,) = (data / "spool").glob("*.sqlite3")
    before = contents(there.private)
    with pytest.raises(AccessDeniedError):
        there.database(name.format(private=there.private, spool=spool.name))
    assert contents(there.private) == before


def test_secrets_are_in_no_command_line_log_or_list(
    there: Premises, capsys: pytest.CaptureFixture[str]
) -> None:
    """Passwords and session names stay out of what others see, and out of detailed logs."""
    with there.log("a.ndjson?client=other") as client:
        secrets = [PASSWORD, client.session_name]
        for service in (there.logger, there.writer):
            assert cli.main(["list", "--json", "--address", service.address]) == 0
    command_lines = as_stranger(
        'for pid in "$@"; do cat "/proc/$pid/cmdline"; done',
        *(str(service.process.pid) for service in there.services),
    ).stdout
    assert "json_logger" in command_lines
    told = [command_lines, capsys.readouterr().out]
    told += [line for service in there.services for line in service.log]
    assert any("DEBUG" in line for line in there.logger.log)
    assert [text for text in told for secret in secrets if secret in text] == []
    kept = b"".join(path.read_bytes() for path in files_below(*there.kept))
    assert PASSWORD.encode() not in kept
    assert client.session_name.encode() in kept, "journals hold session names, and are private"
