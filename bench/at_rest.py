"""Benchmark `at-rest`: what attached clients cost that do nothing, and whom they slow down."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from bench import samples
from bench.effort import Effort
from bench.measuring import Sample, Tell, in_turns, processor_times, ratios, repeat, spread
from bench.report import Report, Row, Verdict
from bench.resting import resting_clients
from bench.servers import start_logger, with_server
from json_logger import JsonLoggerClient
from session_sharing.behavior import Behavior
from session_sharing.client.administration import Administration
from session_sharing.testing.processes import ServerProcess

LOG, SHARED = "own.ndjson", "shared.ndjson"
ATTACH, CALL = "Initialize and Release", "log, ack=os"
LOOKS = 4
"""Into how many parts the time at rest is divided."""

MOST_PERCENT = 2.0
"""What all clients at rest may cost, of one core."""

AS_FAST = 1.1
"""Up to which ratio two latencies count as the same: two equal services differ as much."""


def measure_at_rest(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure two services side by side: one with a single client, one with many more at rest."""
    first, other = "first client", f"client {effort.resting + 1}"
    with ExitStack() as stack:
        alone, crowded = (
            stack.enter_context(start_logger(folder / name)) for name in ("alone", "crowded")
        )
        tell(f"attaching {effort.resting} clients")
        stack.enter_context(resting_clients(effort.resting, crowded.address, SHARED))
        at_rest = _look_at_rest(effort, {first: alone, other: crowded}, tell)
        cases: dict[str, Callable[[], Sample]] = {}
        for name, server in ((first, alone), (other, crowded)):
            client = stack.enter_context(JsonLoggerClient(LOG, address=server.address, ack="os"))
            for call, work in _calls(client, server.address).items():
                cases[f"{call}, {name}"] = partial(_sample, server, work, effort.seconds)
        found = in_turns(effort.pairs, cases, tell)
        attached = _attached(crowded.address)
    rows, verdicts = _costs(at_rest, effort.resting)
    for call in (ATTACH, CALL):
        rows += _rows(found, f"{call}, {first}", f"{call}, {other}")
        verdicts.append(_as_fast(rows[-1]))
    verdicts.append(Verdict("all of them are attached still", attached == effort.resting))
    title = "processor time of clients at rest, and latencies beside them; less is better"
    return Report("at-rest", title, rows, verdicts)


def _look_at_rest(
    effort: Effort, servers: Mapping[str, ServerProcess], tell: Tell
) -> dict[str, list[float]]:
    """Return how much of a core each server needs, in percent, several times."""
    percents: dict[str, list[float]] = {name: [] for name in servers}
    seconds = effort.rest / LOOKS
    for look in range(LOOKS):
        tell(f"at rest, {look + 1} of {LOOKS}")
        work: Callable[[], object] = partial(time.sleep, seconds)
        spent: dict[str, float | None] = {}
        for name, server in servers.items():
            work = partial(_spend, spent, name, server, work)
        work()
        for name, cpu in spent.items():
            if cpu is not None:
                percents[name].append(100 * cpu / seconds)
    return percents


def _spend(
    spent: dict[str, float | None],
    name: str,
    server: ServerProcess,
    work: Callable[[], object],
) -> None:
    _, spent[name] = with_server(server, work)


def _calls(client: JsonLoggerClient, address: str) -> dict[str, Callable[[], object]]:
    return {
        ATTACH: partial(_attach_and_detach, address),
        CALL: partial(client.log, samples.NAME, *samples.small(1)),
    }


def _attach_and_detach(address: str) -> None:
    JsonLoggerClient(LOG, Behavior.ATTACH_TO_SERVER_SESSION, address=address).detach()


def _sample(server: ServerProcess, call: Callable[[], object], seconds: float) -> Sample:
    found, cpu = with_server(server, lambda: repeat(call, seconds))
    return Sample([found], cpu)


def _attached(address: str) -> int:
    """Return how many clients are attached to the log that those at rest share."""
    with Administration(address) as administration:
        sessions = administration.sessions()
    return sum(len(each.attachments) for each in sessions if each.resource_name == SHARED)


def _costs(percents: Mapping[str, Sequence[float]], count: int) -> tuple[list[Row], list[Verdict]]:
    """Return what being at rest costs; nothing where the system does not tell processor times."""
    if not all(percents.values()):
        return [], []
    rows = [
        Row(f"at rest, service of the {name}", spread(found), "% of a core")
        for name, found in percents.items()
    ]
    text = f"{count} clients at rest cost less than {MOST_PERCENT:g} % of a core"
    return rows, [Verdict(text, rows[-1].value.median < MOST_PERCENT)]


def _rows(found: Mapping[str, Sequence[Sample]], first: str, other: str) -> list[Row]:
    baseline, beside = ([_latency(sample) for sample in found[name]] for name in (first, other))
    compared = ratios(beside, baseline)
    return [
        Row(first, spread(baseline), "ms", details=processor_times(found[first])),
        Row(other, spread(beside), "ms", compared, first, processor_times(found[other])),
    ]


def _latency(sample: Sample) -> float:
    return 1000 * median(sample.slices[0].latencies)


def _as_fast(row: Row) -> Verdict:
    fast = row.ratio is not None and row.ratio.median <= AS_FAST
    return Verdict(f"{row.case}: as fast as the first, within {AS_FAST:g}x", fast)
