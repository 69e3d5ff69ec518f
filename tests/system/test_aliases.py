"""NI's own reservations over pin maps with aliases, on a local station."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from ni.measurementlink.sessionmanagement.v1.client import (
    MultiSessionReservation,
    PinMapContext,
    SessionInitializationBehavior,
)

from json_logger import INSTRUMENT_TYPE, JsonLoggerClient, JsonLoggerSessionConstructor
from session_sharing import ResourceNameError, SharingError
from session_sharing.client.administration import Administration
from tests.system.floor import Floor

CREATING = (0, 1, 3)
NAMES = itertools.count()
PIN_MAP = """<?xml version="1.0" encoding="utf-8"?>
<PinMap schemaVersion="1.6"
    xmlns="http://www.ni.com/TestStand/SemiconductorModule/PinMap.xsd">
  <Instruments>{instruments}</Instruments>
  <Pins>{pins}</Pins>
  <PinGroups/>
  <Sites><Site siteNumber="0"/></Sites>
  <Connections>{connections}</Connections>
</PinMap>"""


def pin_map_of(path: Path, *resources: str) -> list[str]:
    """Write a pin map with a pin for each log file; return the pins."""
    pins = [f"LOG{number}" for number in range(len(resources))]
    path.write_text(
        PIN_MAP.format(
            instruments="".join(
                f'<Instrument name="{resource}" instrumentTypeId="{INSTRUMENT_TYPE}">'
                '<Channel id="0"/></Instrument>'
                for resource in resources
            ),
            pins="".join(f'<DUTPin name="{pin}"/>' for pin in pins),
            connections="".join(
                f'<Connection pin="{pin}" siteNumber="0" instrument="{resource}" channel="0"/>'
                for pin, resource in zip(pins, resources, strict=True)
            ),
        ),
        "utf-8",
    )
    return pins


@pytest.fixture
def log(floor: Floor) -> Iterator[str]:
    """Return the name of a log file of its own; its session is closed in the end."""
    name = f"aliases{next(NAMES)}.ndjson"
    yield name
    if sessions_on(floor, name):
        JsonLoggerClient(name, 4, address=floor.logger.address).close()


def reserve(floor: Floor, path: Path, *resources: str) -> MultiSessionReservation:
    """Load a pin map with these log files, and reserve them all."""
    pins = pin_map_of(path, *resources)
    context = PinMapContext(floor.load(path), [0])
    return floor.management.reserve_sessions(context, pins, INSTRUMENT_TYPE, timeout=5.0)


def sessions_on(floor: Floor, name: str) -> list[str]:
    """Return the open sessions on a file, as people are shown them."""
    with Administration(floor.logger.address) as administration:
        return [str(one) for one in administration.sessions() if one.resource_name == name]


@pytest.mark.parametrize("behavior", list(SessionInitializationBehavior))
def test_aliases_open_one_session(floor, tmp_path, log, behavior):
    """NI's `initialize_sessions` over two aliases works with every behaviour."""
    if behavior in (2, 4):
        JsonLoggerClient(log, 3, address=floor.logger.address).detach()
    make = JsonLoggerSessionConstructor(behavior, address=floor.logger.address)
    aliases = (f"{log}?client=voltage", f"{log}?client=current")
    with (
        reserve(floor, tmp_path / "aliases.pinmap", *aliases) as reservation,
        reservation.initialize_sessions(make, INSTRUMENT_TYPE) as reserved,
    ):
        clients = [found.session for found in reserved]
        assert len({client.session_name for client in clients}) == 1
        assert [client.new_session for client in clients] == [behavior in CREATING, False]
        for index, client in enumerate(clients):
            client.log("aliases", {}, {"index": index})
    assert len(sessions_on(floor, log)) == (behavior in (2, 3))
    assert (floor.logs / log).read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("behavior", CREATING)
def test_nothing_stays_open_half_way(floor, tmp_path, log, behavior):
    """When one of many sessions cannot be opened, those before it are closed and unreserved."""
    make = JsonLoggerSessionConstructor(behavior, address=floor.logger.address)
    resources = (f"{log}?client=voltage", f"{log}?client=current", "no-log.csv")
    path = tmp_path / "half.pinmap"
    with pytest.raises(ResourceNameError), reserve(floor, path, *resources) as reservation:
        reservation.initialize_sessions(make, INSTRUMENT_TYPE).__enter__()
    assert sessions_on(floor, log) == []
    reserve(floor, path, *resources).unreserve()


def test_setup_and_cleanup_share_by_registration(floor, tmp_path, log):
    """What Setup left open and registered, measurements attach to, and Cleanup closes."""
    path, address = tmp_path / "registered.pinmap", floor.logger.address
    setup = JsonLoggerSessionConstructor(3, address=address)
    with (
        reserve(floor, path, log) as reservation,
        reservation.initialize_sessions(setup, INSTRUMENT_TYPE),
    ):
        floor.management.register_sessions(reservation.session_info)
    with reserve(floor, path, log) as reservation:
        assert [found.session_exists for found in reservation.session_info] == [True]
        attach = JsonLoggerSessionConstructor(2, address=address)
        with reservation.initialize_session(attach, INSTRUMENT_TYPE) as found:
            assert not found.session.new_session
    cleanup = JsonLoggerSessionConstructor(4, address=address)
    with floor.management.reserve_all_registered_sessions(INSTRUMENT_TYPE) as reservation:
        floor.management.unregister_sessions(reservation.session_info)
        with reservation.initialize_session(cleanup, INSTRUMENT_TYPE):
            pass
    assert sessions_on(floor, log) == []
    with pytest.raises(SharingError, match="closed"):
        JsonLoggerClient(log, 2, address=address)
