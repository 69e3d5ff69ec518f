"""The defects that were found in the published example, none of which may be here.

| defect | what it was | test |
|---|---|---|
| D1 | callers at one instant both create | test_one_instant_one_session |
| D2 | a map without registers counts as no session | test_a_map_without_registers_is_a_session |
| D3 | missing columns are taken | test_what_maps_may_be |
| D4 | `0x10` and negative numbers | test_what_maps_may_be |
| D5 | `.CSV` is refused | test_what_maps_may_be |
| D6 | the map is read on attach; its path depends on where the server was started | \
test_attaching_does_not_read_the_map |
| D7 | statuses become INTERNAL | test_ni_contract.py: each refusal has its status and text |
| D8 | writing makes registers | test_ni_contract.py: test_registers_that_refuse |
| D9 | a session is used while it closes | test_closing_waits_for_what_was_accepted |
| D10 | closing twice at one instant is INTERNAL | test_closing_at_one_instant |
| D11 | the port of a line is ignored | test_ni_contract.py: test_gpio_reads_back_what_was_written |
| D12 | a check that cannot fail | test_ni_contract.py: test_lines_that_are_not_there_are_invalid |
| D13 | any protocol, and no name | test_ni_contract.py: test_protocols_..., test_names_... |
| D14 | reset does nothing | test_reset_resets |
| D15 | attaching ignores other settings | \
test_ni_contract.py: test_other_settings_than_those_of_the_session_are_refused |
| D16 | stops before it unregisters, registers no version, ends with its input | \
test_processes.py: test_story_of_a_process; unit/test_main.py |
| D17 | closes under others; clients that die stay | test_two_doors.py |
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from services.device_communication.tests.contract import (
    ATTACH_TO_EXISTING,
    INITIALIZE_NEW,
    ContractClient,
)
from services.device_communication.tests.support import (
    DEADLINE,
    GatedBackend,
    at_once,
    device_service,
    refused,
    until,
)
from session_sharing.information import SessionState

MISSING = grpc.StatusCode.NOT_FOUND


def outcomes(ni: ContractClient, count: int, works: Callable[[], str]) -> list[str]:
    """Do one thing many times at once; return what each ended with."""
    ended: list[str] = []

    def run() -> None:
        try:
            ended.append(works())
        except grpc.RpcError as error:
            ended.append(error.code().name)  # type: ignore[attr-defined]

    at_once([run] * count)
    return sorted(ended)


@pytest.mark.parametrize("round_", range(5))
def test_one_instant_one_session(ni: ContractClient, device: str, round_: int) -> None:
    """Of many who come at once with AUTO one creates; of many with NEW one wins."""
    got = outcomes(ni, 8, lambda: str(ni.initialize(device).new_session))
    assert got == ["False"] * 7 + ["True"]
    name = f"{device} new"
    wish = {"initialization_behavior": INITIALIZE_NEW}
    got = outcomes(ni, 8, lambda: str(ni.initialize(name, **wish).new_session))
    assert got == ["ALREADY_EXISTS"] * 7 + ["True"]


@pytest.mark.parametrize("path", ["", "empty.csv"])
def test_a_map_without_registers_is_a_session(
    ni: ContractClient, device: str, folder: Path, path: str
) -> None:
    """A device without registers has a session like any other: it is found, used and closed."""
    (folder / "data" / "empty.csv").write_text("Register Name,Default Data\n")
    first = ni.initialize(device, register_map_path=path)
    again = ni.initialize(device, register_map_path=path)
    assert (again.session_name, again.new_session) == (first.session_name, False)
    with refused(MISSING, "no registers"):
        ni.read(first.session_name, "A")
    ni.call("WriteGpioChannel", session_name=first.session_name, port=1, channel=1, state=True)
    ni.call("Close", session_name=first.session_name)
    with refused(MISSING):
        ni.initialize(device, initialization_behavior=ATTACH_TO_EXISTING)


def test_what_maps_may_be(ni: ContractClient, device: str, folder: Path) -> None:
    """Any letter case of `.csv`, and `0x10`; missing columns and negative numbers are wrong."""
    (folder / "data" / "HEX.CSV").write_text("Register Name,Default Data\nA,0x10\nB,4294967295\n")
    session = ni.initialize(device, register_map_path="HEX.CSV").session_name
    assert (ni.read(session, "A"), ni.read(session, "B")) == (16, 0xFFFFFFFF)
    for text, words in (
        ("Register Name,Register Address\nA,0x00\n", "'Default Data' is missing"),
        ("Register Name,Default Data\nA,-5\n", "'-5'"),
        ("Register Name,Default Data\nA,4294967296\n", "'4294967296'"),
    ):
        (folder / "data" / "wrong.csv").write_text(text)
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "wrong.csv", words):
            ni.initialize(f"{device} wrong", register_map_path="wrong.csv")


def test_attaching_does_not_read_the_map(ni: ContractClient, device: str, folder: Path) -> None:
    """A map is read once, from the data folder; whoever attaches does not need it any more."""
    path = folder / "data" / "maps" / "gone.csv"
    path.parent.mkdir()
    path.write_text("Register Name,Default Data\nA,1\n")
    session = ni.initialize(device, register_map_path="maps/gone.csv").session_name
    path.unlink()
    path.parent.rmdir()
    for spelling in ("maps/gone.csv", "./maps/../maps/gone.csv", str(path)):
        assert ni.initialize(device, register_map_path=spelling).session_name == session
    assert ni.read(session, "A") == 1


def test_closing_at_one_instant(ni: ContractClient, device: str) -> None:
    """Of many who close at once each hears that it is closed, or that it was."""
    session = ni.initialize(device).session_name
    got = outcomes(ni, 8, lambda: str(ni.call("Close", session_name=session)))
    assert set(got) <= {"", "NOT_FOUND"}
    assert "" in got


def test_closing_waits_for_what_was_accepted(tmp_path: Path) -> None:
    """What was accepted before a close is carried out first; what comes after it is NOT_FOUND."""
    backend = GatedBackend(tmp_path / "instruments")
    with device_service(tmp_path, backend=backend) as service, ThreadPoolExecutor(2) as threads:
        ni = ContractClient(service.address)
        session = ni.initialize("DUT", register_map_path="map.csv").session_name
        backend.reading.shut()
        read = threads.submit(ni.read, session, "CONFIG")
        backend.reading.wait_for_one()
        closed = threads.submit(ni.call, "Close", session_name=session)
        until(
            lambda: service.call(service.engine.sessions)[0].state is SessionState.CLOSING,
            "the close arrives",
        )
        with refused(MISSING, "closed"):
            ni.read(session, "CONFIG")
        assert not closed.done()
        backend.reading.open()
        assert read.result(DEADLINE) == 12
        closed.result(DEADLINE)
        assert backend.closed.acquire(blocking=False), "the instrument was let go"
        ni.close()


def test_reset_resets(ni: ContractClient, device: str) -> None:
    """A device keeps its state from session to session until one begins with a reset."""
    session = ni.initialize(device, register_map_path="map.csv").session_name
    ni.write(session, "CONFIG", 99)
    ni.call("WriteGpioPort", session_name=session, port=3, mask=255, state=170)
    ni.call("Close", session_name=session)
    session = ni.initialize(device, register_map_path="map.csv").session_name
    assert ni.read(session, "CONFIG") == 99
    ni.call("Close", session_name=session)
    wish = {"register_map_path": "map.csv", "reset": True}
    session = ni.initialize(device, **wish).session_name
    assert ni.read(session, "CONFIG") == 12
    assert ni.call("ReadGpioPort", session_name=session, port=3, mask=255).state == 0
    ni.write(session, "CONFIG", 5)
    assert ni.initialize(device, **wish).session_name == session
    assert ni.read(session, "CONFIG") == 5, "nobody is reset who holds a session"
