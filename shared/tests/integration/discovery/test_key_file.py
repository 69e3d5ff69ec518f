"""The key file of a local station, as those read it who look for discovery."""

from __future__ import annotations

import os
import socket

import pytest

from session_sharing.discovery import discovery_address, find_discovery, location
from session_sharing.errors import AccessDeniedError, NoStationError


@pytest.fixture
def environment(tmp_path):
    return {"LOCAL_STATION_HOME": str(tmp_path)}


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "DiscoveryService.json"


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("content", ['{"InsecurePort": "31763"}', '{"InsecurePort": 31763}'])
def test_port_is_read_from_the_key_file(environment, key_file, content):
    """The port may be text or number, and the file may begin with a byte order mark."""
    for encoding in ("utf-8", "utf-8-sig"):
        key_file.write_text(content, encoding)
        assert find_discovery(environment).address == "localhost:31763"


def test_cluster_has_a_key_file_of_its_own(environment, key_file, tmp_path):
    """A program of one cluster never ends up in another."""
    key_file.write_text('{"InsecurePort": "1"}')
    (tmp_path / "DiscoveryService_b.json").write_text('{"InsecurePort": "2"}')
    assert find_discovery({**environment, "ClusterId": "b"}).address == "localhost:2"
    with pytest.raises(NoStationError):
        find_discovery({**environment, "ClusterId": "c"})


def test_missing_key_file_means_no_station(environment, tmp_path):
    """The error says that no station is running and how to start one."""
    for home in (tmp_path, tmp_path / "not there"):
        with pytest.raises(NoStationError, match="python -m local_station"):
            find_discovery({"LOCAL_STATION_HOME": str(home)})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'"31763"',
        b'{"InsecurePort": ""}',
        b'{"InsecurePort": "0"}',
        b'{"InsecurePort": null}',
        b"\xff\xfe",
    ],
)
def test_broken_key_file_means_no_station(environment, key_file, content):
    """A damaged key file is named in the error, and stays as it is."""
    key_file.write_bytes(content)
    with pytest.raises(NoStationError, match=r"DiscoveryService\.json"):
        find_discovery(environment)
    assert key_file.read_bytes() == content


def test_stale_key_file_is_recognised_and_kept(monkeypatch, tmp_path, key_file, closed_port):
    """A port at which nobody answers is not handed out, and the file is its owner's to remove."""
    monkeypatch.delenv("SESSION_SHARING_DISCOVERY", raising=False)
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path))
    content = f'{{"InsecurePort": "{closed_port}"}}'
    key_file.write_text(content)
    with pytest.raises(NoStationError, match=r"nobody answers.*python -m local_station"):
        discovery_address()
    assert key_file.read_text() == content


def test_station_that_answers_is_found(monkeypatch, tmp_path, key_file):
    """A look-up reads the file anew, so a station that started meanwhile is found."""
    monkeypatch.delenv("SESSION_SHARING_DISCOVERY", raising=False)
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path))
    with pytest.raises(NoStationError):
        discovery_address()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        key_file.write_text(f'{{"InsecurePort": "{port}"}}')
        assert discovery_address() == f"localhost:{port}"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no numbers of users")
def test_folder_of_another_user_is_refused(environment, key_file, monkeypatch):
    """Nobody can lead another user's programs to a discovery of their own."""
    key_file.write_text('{"InsecurePort": "31763"}')
    monkeypatch.setattr(os, "geteuid", lambda: key_file.stat().st_uid + 1)
    with pytest.raises(AccessDeniedError, match="LOCAL_STATION_HOME"):
        find_discovery(environment)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no numbers of users")
@pytest.mark.skipif(getattr(os, "geteuid", int)() != 0, reason="only root can give a file away")
def test_key_file_of_another_user_is_refused(environment, key_file):
    """A file that somebody else put into a shared folder is not believed."""
    key_file.write_text('{"InsecurePort": "31763"}')
    os.chown(key_file, os.geteuid() + 1, -1)
    with pytest.raises(AccessDeniedError, match=r"DiscoveryService\.json"):
        find_discovery(environment)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no numbers of users")
@pytest.mark.skipif(getattr(os, "geteuid", int)() != 0, reason="only root can give a file away")
def test_key_file_is_exchanged_in_vain_after_it_was_checked(environment, key_file, monkeypatch):
    """It is the open file whose owner counts: no other can take its place between two looks."""
    key_file.write_text('{"InsecurePort": "31763"}')
    strangers = key_file.with_suffix(".strangers")
    strangers.write_text('{"InsecurePort": "666"}')
    os.chown(strangers, os.geteuid() + 1, -1)
    read = location.read_shared

    def exchange_and_read(path, *check):
        strangers.replace(key_file)
        return read(path, *check)

    monkeypatch.setattr(location, "read_shared", exchange_and_read)
    with pytest.raises(AccessDeniedError, match="another user"):
        find_discovery(environment)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipe_in_place_of_the_key_file_holds_up_nobody(environment, key_file):
    """What is no file is no key file, and is not waited for."""
    os.mkfifo(key_file)
    with pytest.raises(NoStationError, match="cannot be understood"):
        find_discovery(environment)
