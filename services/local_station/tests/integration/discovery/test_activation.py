"""Starting programs when services are asked for: real processes, and a test that registers."""

from __future__ import annotations

import asyncio
import os
import sys

import psutil
import pytest

from local_station.discovery import child as child_module
from local_station.discovery.activation import Activation
from local_station.discovery.service_files import StaticService
from session_sharing.discovery import ServiceDescriptor
from session_sharing.errors import PreconditionError, UnavailableError

LIMIT = 20
SERVES = (
    "import os, sys\n"
    "open('started', 'a').write(f'{os.getpid()}\\n')\n"
    "line = sys.stdin.readline()\n"
    "open('read', 'w').write(repr(line))\n"
)
"""Serves as many examples of NI's do: until it reads a line, or the end of its input."""
STUBBORN = (
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "open('started', 'w').write('x')\n"
    "time.sleep(60)\n"
)
LEFT = (
    "import os, signal, sys, time\n"
    "def end(*_): open('asked', 'w'); sys.exit()\n"
    "signal.signal(getattr(signal, 'SIGBREAK', signal.SIGTERM), end)\n"
    "open('started', 'a').write(f'{os.getpid()}\\n')\n"
    "time.sleep(60)\n"
)


def _service(folder, program, service_class="test.Service"):
    path = folder / "main.py"
    if program is not None:
        path.write_text(program, "utf-8")
    descriptor = ServiceDescriptor("A service", service_class, ("i.One",), ("1.0.0",))
    return StaticService(descriptor, path, folder / "x.serviceconfig")


async def _until(condition):
    async def asked():
        while not condition():  # noqa: ASYNC110 - a file tells, and nothing else
            await asyncio.sleep(0.005)

    await asyncio.wait_for(asked(), LIMIT)


def _run(test, within=LIMIT):
    async def with_activation():
        activation = Activation(lambda: dict(os.environ), within)
        try:
            await test(activation)
        finally:
            await activation.stop()

    asyncio.run(with_activation())


def _started(folder):
    path = folder / "started"
    return path.read_text("utf-8").split() if path.exists() else []


def _runs(process_id):
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_callers_at_once_share_a_start(tmp_path):
    """However many ask for the services of a program, it is started once, and all are told."""
    one, two = (_service(tmp_path, SERVES, name) for name in ("test.One", "test.Two"))

    async def test(activation):
        asking = [asyncio.create_task(activation.start(each)) for each in (one, two) * 10]
        await _until(lambda: _started(tmp_path))
        asking[0].cancel()
        for each in (one, two):
            activation.registered(each.descriptor)
        await asyncio.wait_for(asyncio.gather(*asking[1:]), LIMIT)

    _run(test)
    assert len(_started(tmp_path)) == 1


def test_input_stays_open_and_children_end_with_the_station(tmp_path):
    """A program that waits for a line serves on; it reads the end of its input when all ends."""
    service = _service(tmp_path, SERVES)

    async def test(activation):
        asking = asyncio.create_task(activation.start(service))
        await _until(lambda: _started(tmp_path))
        activation.registered(service.descriptor)
        await asking
        assert not (tmp_path / "read").exists()

    _run(test)
    (process_id,) = map(int, _started(tmp_path))
    assert not psutil.pid_exists(process_id)
    assert (tmp_path / "read").read_text("utf-8") == "''", "it was ended before it could end"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to ignore")
def test_child_that_does_not_listen_is_ended_by_force(tmp_path, monkeypatch):
    """A program that ignores being asked does not outlive the station."""
    monkeypatch.setattr(child_module, "INPUT_SECONDS", 0.2)
    monkeypatch.setattr(child_module, "END_SECONDS", 0.2)
    service = _service(tmp_path, STUBBORN)

    async def test(activation):
        asking = asyncio.create_task(activation.start(service))
        await _until(lambda: _started(tmp_path))
        activation.registered(service.descriptor)
        await asking
        (start,) = activation._starts.values()
        await activation.stop()
        assert start.launched.result().ended.result() == -9

    _run(test)


def test_what_a_program_has_left_behind_ends_with_the_station(tmp_path, monkeypatch):
    """A launcher that has ended well left a service: that is asked to end, and has time to."""
    monkeypatch.setattr(child_module, "INPUT_SECONDS", 0.2)
    (tmp_path / "left.py").write_text(LEFT, "utf-8")
    launcher = "import subprocess, sys; subprocess.Popen([sys.executable, 'left.py'])"
    service = _service(tmp_path, launcher)

    async def test(activation):
        asking = asyncio.create_task(activation.start(service))
        await _until(lambda: _started(tmp_path))
        await activation._starts[service.program].launched.result().ended
        activation.registered(service.descriptor)
        await asking

    _run(test)
    (process_id,) = map(int, _started(tmp_path))
    assert not _runs(process_id)
    if sys.platform != "win32":  # There it is asked only if the station has a console.
        assert (tmp_path / "asked").exists()


def test_program_that_fails_is_quoted_to_all_who_asked(tmp_path):
    """A service that cannot start says why, at once, and is not started again for each caller."""
    failing = "import sys; open('started', 'a').write('x '); sys.exit('no module named nidmm')"
    service = _service(tmp_path, failing)

    async def test(activation):
        asking = (activation.start(service) for _ in range(5))
        answers = await asyncio.gather(*asking, return_exceptions=True)
        for answer in answers:
            assert isinstance(answer, PreconditionError)
            assert "no module named nidmm" in answer.message
            assert "exit code was 1" in answer.message
        assert len(_started(tmp_path)) == 1
        with pytest.raises(PreconditionError):
            await activation.start(service)
        assert len(_started(tmp_path)) == 2

    _run(test)


@pytest.mark.parametrize("program", [SERVES, "pass"], ids=["runs on", "ends well"])
def test_wait_for_a_registration_is_bounded(tmp_path, program):
    """A program that never registers is told of in time; it may have left another one behind."""
    service = _service(tmp_path, f"import sys; print('hello', file=sys.stderr)\n{program}")

    async def test(activation):
        with pytest.raises(PreconditionError, match=r"within 1 s.*hello"):
            await asyncio.wait_for(activation.start(service), LIMIT)

    _run(test, within=1.0)


def test_program_that_has_served_and_ended_is_started_anew(tmp_path):
    """A service that was stopped is started again by the next who asks, also while it ends."""
    service = _service(tmp_path, SERVES)

    async def serve(activation, times):
        asking = asyncio.create_task(activation.start(service))
        await _until(lambda: len(_started(tmp_path)) == times)
        return asking

    async def test(activation):
        asking = await serve(activation, 1)
        activation.registered(service.descriptor)
        await asking
        (start,) = activation._starts.values()
        again = asyncio.create_task(activation.start(service))
        await asyncio.sleep(0)
        await start.launched.result().end()
        await _until(lambda: len(_started(tmp_path)) == 2)
        activation.registered(service.descriptor)
        await asyncio.wait_for(again, LIMIT)

    _run(test)


def test_missing_program_is_named(tmp_path):
    """A file that names what is not there is told of, as is one that names nothing."""
    missing = _service(tmp_path, None)
    nothing = StaticService(missing.descriptor, None, missing.file)

    async def test(activation):
        with pytest.raises(PreconditionError, match=r"main\.py"):
            await activation.start(missing)
        with pytest.raises(PreconditionError, match="names no program"):
            await activation.start(nothing)

    _run(test)


def test_nothing_is_started_once_the_station_stops(tmp_path):
    """A child that nobody would end is not begun."""
    service = _service(tmp_path, SERVES)

    async def test(activation):
        await activation.stop()
        with pytest.raises(UnavailableError, match="stopping"):
            await activation.start(service)

    _run(test)
    assert _started(tmp_path) == []
