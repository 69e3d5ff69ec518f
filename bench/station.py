"""Benchmark `station`: how fast a station answers, alone and beside others who hold and wait."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from bench.effort import Effort
from bench.measuring import Tell, in_turns, ratios, spread
from bench.report import Report, Row, Verdict
from bench.servers import start_nothing, start_station, with_server
from bench.station_calls import StationClient
from bench.station_crowd import Crowd, crowd
from local_station.restoring import read_kept
from local_station.session_management.kept import still_held
from session_sharing.identity import this_client
from session_sharing.testing.processes import ServerProcess

RESOLVE, RESERVE, UNRESERVE = "resolve", "reserve", "unreserve"
KEPT = "unreserve what is kept"
COST = "processor time of the station for the three"
CALLS = (RESOLVE, RESERVE, UNRESERVE, KEPT)
QUIET = "nobody else"

MOST_MILLISECONDS = 2.0
NO_SLOWER = 1.25
"""Up to which ratio two latencies count as the same: two stations alike differ by up to a fifth."""

KEPT_AT_ONCE = 20
"""How many sessions are reserved, and freed when the station has written them down."""

_KEEP_SECONDS = 30.0
_LOOK_SECONDS = 0.05

Latencies = dict[str, list[float]]


@dataclass(frozen=True)
class _Sample:
    """How long each call took, in milliseconds.

    Attributes:
        latencies: The latencies of each call.
        cpu: The processor time of the station for resolve, reserve and unreserve together, in
            microseconds; None where nobody tells.
    """

    latencies: Latencies
    cpu: float | None


@dataclass(frozen=True)
class _Case:
    """A station with those who are at it.

    Attributes:
        server: The station.
        client: The one whose calls are measured.
        journal: What the station keeps.
        numbers: The sessions that the client reserves, in turns.
        services: The services that it looks for, in turns.
        others: Who else is there.
    """

    server: ServerProcess
    client: StationClient
    journal: Path
    numbers: Iterator[int]
    services: Iterator[int]
    others: Crowd | None


def measure_station(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure the calls of one client at stations side by side, each with others in it."""
    some, many, held = effort.services // 5, effort.services, effort.services // 2
    crowds = {
        QUIET: (0, 0),
        f"{held} sessions held": (held, 0),
        f"{some} requests wait": (1, some),
        f"{many} requests wait": (1, many),
    }
    with ExitStack() as stack:
        listening = stack.enter_context(start_nothing(folder / "listening"))
        cases: dict[str, _Case] = {}
        for name, others in crowds.items():
            tell(f"{name}: registering and loading")
            home, port = folder / f"station {len(cases)}", str(listening.port)
            cases[name] = _begin(effort.services, home, port, others, stack)
        found = in_turns(
            effort.pairs,
            {name: partial(_sample, case, effort.seconds) for name, case in cases.items()},
            tell,
        )
        waiting_still = [case.others.waiting() if case.others else 0 for case in cases.values()]
    rows, verdicts = _report(found)
    expected = [waiting for _, waiting in crowds.values()]
    verdicts.append(Verdict("all who waited wait still", waiting_still == expected))
    title = (
        f"latencies with {effort.services} services registered and as many sessions in the pin "
        "map; less is better"
    )
    return Report("station", title, rows, verdicts)


def _begin(size: int, folder: Path, port: str, others: tuple[int, int], stack: ExitStack) -> _Case:
    """Start a station, with others who hold so many sessions, and wait in so many requests."""
    holding, waiting = others
    station = stack.enter_context(start_station(folder))
    client = stack.enter_context(StationClient.connected(station.address))
    client.register_services(size, port)
    client.load_pin_map(size)
    journal = folder / "DiscoveryService.journal"
    there = None
    if holding:
        there = stack.enter_context(crowd(station.address, range(holding), waiting))
        _wait_until_kept(journal, holding)
    free = itertools.cycle(range(size // 2, size))
    return _Case(station, client, journal, free, itertools.cycle(range(size)), there)


def _sample(case: _Case, seconds: float) -> _Sample:
    """Measure the calls, one after the other, until the time is over; then those that are kept."""
    taken, cpu = with_server(case.server, partial(_three_calls, case, seconds))
    taken[KEPT] = []
    for name in _reserve_and_wait(case):
        _time(taken[KEPT], partial(case.client.unreserve, [name]))
    return _Sample(taken, None if cpu is None else 1e6 * cpu / len(taken[RESOLVE]))


def _three_calls(case: _Case, seconds: float) -> Latencies:
    taken: Latencies = {RESOLVE: [], RESERVE: [], UNRESERVE: []}
    client = case.client
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        service, number = next(case.services), next(case.numbers)
        _time(taken[RESOLVE], partial(client.resolve, service))
        names: list[str] = []
        _time(taken[RESERVE], lambda: names.append(client.reserve(number)))  # noqa: B023
        _time(taken[UNRESERVE], partial(client.unreserve, names))
    return taken


def _time(taken: list[float], call: Callable[[], object]) -> None:
    before = time.perf_counter()
    call()
    taken.append(1000 * (time.perf_counter() - before))


def _reserve_and_wait(case: _Case) -> list[str]:
    """Reserve sessions, each by itself, and return their names when the station keeps them."""
    before = len(_kept(case.journal))
    names = [case.client.reserve(next(case.numbers)) for _ in range(KEPT_AT_ONCE)]
    _wait_until_kept(case.journal, before + KEPT_AT_ONCE)
    return names


def _wait_until_kept(journal: Path, count: int) -> None:
    deadline = time.monotonic() + _KEEP_SECONDS
    while len(_kept(journal)) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{journal} does not hold {count} reservations.")
        time.sleep(_LOOK_SECONDS)


def _kept(journal: Path) -> list[str]:
    """Return the sessions that a journal holds."""
    held = still_held(read_kept(journal, this_client().boot_id))
    return [session.name for one in held for session in one.sessions]


def _report(found: Mapping[str, Sequence[_Sample]]) -> tuple[list[Row], list[Verdict]]:
    rows, fast, steady = [], [], []
    for call in CALLS:
        quiet = _medians(found[QUIET], call)
        for name, samples in found.items():
            medians = _medians(samples, call)
            row = _row(call, name, "ms", medians, quiet, details={"p99 ms": _p99(samples, call)})
            rows.append(row)
            fast.append(row.value.median < MOST_MILLISECONDS)
            steady.append(row.ratio is None or row.ratio.median <= NO_SLOWER)
    return rows + _costs(found), [
        Verdict(f"each median is below {MOST_MILLISECONDS:g} ms", all(fast)),
        Verdict(f"no call is slower beside others, within {NO_SLOWER:g}x", all(steady)),
    ]


def _costs(found: Mapping[str, Sequence[_Sample]]) -> list[Row]:
    """Return the processor time of the stations; nothing where the system does not tell it."""
    spent = {
        name: [one.cpu for one in samples if one.cpu is not None] for name, samples in found.items()
    }
    if not all(spent.values()):
        return []
    return [_row(COST, name, "us", each, spent[QUIET]) for name, each in spent.items()]


def _row(
    call: str,
    name: str,
    unit: str,
    values: Sequence[float],
    quiet: Sequence[float],
    *,
    details: Mapping[str, float] | None = None,
) -> Row:
    """Return the row of a call beside others, compared to that where there is nobody else."""
    alone = name == QUIET
    compared = None if alone else ratios(values, quiet)
    baseline = "" if alone else f"{call}, {QUIET}"
    return Row(f"{call}, {name}", spread(values), unit, compared, baseline, details or {})


def _medians(samples: Sequence[_Sample], call: str) -> list[float]:
    return [median(sample.latencies[call]) for sample in samples]


def _p99(samples: Sequence[_Sample], call: str) -> float:
    return quantiles([each for one in samples for each in one.latencies[call]], n=100)[-1]
