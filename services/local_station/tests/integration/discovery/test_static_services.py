"""Services that a station starts by itself, from a folder with their files."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from session_sharing.discovery import DiscoveryConnection
from session_sharing.errors import PreconditionError
from session_sharing.testing.processes import running_station

INTERFACE = "test.Interface"
MAIN = """
import os, socket, threading
from session_sharing.discovery import (
    DiscoveryConnection, ServiceDescriptor, ServiceLocation, find_discovery
)
place = find_discovery()
with socket.create_server(("127.0.0.1", 0)) as server, DiscoveryConnection(place) as found:
    with open("started", "a") as file:
        file.write(f"{os.getpid()} ")
    here = ServiceLocation("localhost", str(server.getsockname()[1]))
    found.register(ServiceDescriptor("A", "test.Good", ("test.Interface",), ("1.0.0",)), here)
    threading.Event().wait(60)  # Nothing but a signal ends it.
"""
FAILING = "import sys; sys.exit('the instrument is not there')"
SHELL = '#!/bin/sh\npython3 "$(dirname "$0")/main.py"\nexit $?\n'  # The shell stays its parent.
BATCH = '@python "%~dp0main.py"\r\n'


def _write(folder, service_class, program, version="1.0.0"):
    folder.mkdir(parents=True)
    service = {
        "displayName": "A",
        "serviceClass": service_class,
        "providedInterfaces": [INTERFACE],
        "version": version,
        "path": "start.bat",
    }
    file = folder / "service.serviceconfig"
    file.write_text(json.dumps({"services": [service]}), "utf-8")
    (folder / "main.py").write_text(program, "utf-8")
    (folder / "start.sh").write_text(SHELL, "utf-8")
    (folder / "start.bat").write_text(BATCH, "utf-8", newline="")


def _runs(process_id):
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("services")


@pytest.fixture(scope="module")
def station(folder, tmp_path_factory):
    """Run a station whose services lie in its own folder, and in another one."""
    home = tmp_path_factory.mktemp("home")
    _write(folder / "good", "test.Good", MAIN)
    _write(home / "services" / "failing", "test.Failing", FAILING)
    (folder / "bad.serviceconfig").write_text("{", "utf-8")
    options = ["--services", str(folder), "--start-within", "20"]
    with running_station(home, *options) as process:
        yield process
        assert process.stop() == 0
        assert any("bad.serviceconfig" in line for line in process.log)
    deadline = time.monotonic() + 20
    while any(map(_runs, _started(folder))):  # They have been told; the system takes a moment.
        assert time.monotonic() < deadline, "they outlived the station"


@pytest.fixture
def discovery(station):
    with DiscoveryConnection(station.address, timeout=30.0) as connection:
        yield connection


def test_what_does_not_run_is_listed(discovery):
    """Programs that list measurements see those that can be started, running or not."""
    listed = {one.service_class: one.versions for one in discovery.enumerate(INTERFACE, "")}
    assert listed == {"test.Good": ("1.0.0",), "test.Failing": ("1.0.0",)}


def _started(folder):
    path = folder / "good" / "started"
    return list(map(int, path.read_text().split())) if path.exists() else []


def test_service_is_started_once_for_all_who_ask_and_anew_after_its_death(discovery, folder):
    """Twenty programs that need a service at the same moment get one and the same instance.

    Who asks after a crash gets a new instance, not the place of the dead one.
    """
    for times in (1, 2):
        with ThreadPoolExecutor(20) as threads:
            asking = [threads.submit(discovery.resolve, INTERFACE, "test.Good") for _ in range(20)]
            assert len({one.result() for one in asking}) == 1
        assert len(_started(folder)) == times
        assert len(discovery.enumerate_active(INTERFACE, "test.Good")) == 1
        killed = psutil.Process(_started(folder)[-1])
        killed.kill()
        psutil.wait_procs([killed], timeout=20)
    discovery.resolve(INTERFACE, "test.Good")  # It is there when the station stops.


def test_service_that_fails_says_why(discovery):
    """The error of whoever asks names the script that ran, and what it wrote last."""
    ran = "start.bat" if sys.platform == "win32" else "start.sh"
    with pytest.raises(PreconditionError, match=f"{ran} .*the instrument is not there"):
        discovery.resolve(INTERFACE, "test.Failing")


def test_class_has_to_be_named_among_those_that_could_be_started(discovery):
    """Which of two services is started is never guessed."""
    with pytest.raises(PreconditionError, match=r"test\.Failing.*test\.Good"):
        discovery.resolve(INTERFACE, "")
