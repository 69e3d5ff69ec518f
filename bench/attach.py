"""Benchmark `attach`: what a call costs does not depend on how many sessions there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench import samples
from bench.effort import Effort
from bench.measuring import Sample, Tell, in_turns, processor_times, ratios, repeat, spread
from bench.report import Report, Row
from bench.servers import start_logger, with_server
from json_logger import JsonLoggerClient
from session_sharing.behavior import Behavior
from session_sharing.testing.processes import ServerProcess

LOG = "session-{}.ndjson"
ATTACH, CALL = "Initialize and Release", "log, ack=os"


def measure_attach(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure two services side by side, one with a single session and one with many."""
    few, many = "1 session open", f"{effort.sessions} sessions open"
    with ExitStack() as stack:
        cases: dict[str, Callable[[], Sample]] = {}
        for name, count in ((few, 1), (many, effort.sessions)):
            server = stack.enter_context(start_logger(folder / str(count)))
            tell(f"{name}: opening")
            client = stack.enter_context(_sessions(count, server.address))
            attach = partial(_attach_and_detach, server.address)
            log = partial(client.log, samples.NAME, *samples.small(1))
            cases[f"{ATTACH}, {name}"] = partial(_sample, server, attach, effort.seconds)
            cases[f"{CALL}, {name}"] = partial(_sample, server, log, effort.seconds)
        found = in_turns(effort.pairs, cases, tell)
    rows = []
    for call in (ATTACH, CALL):
        rows += _rows(found, f"{call}, {few}", f"{call}, {many}")
    return Report("attach", "rates with one session and with many; the same is good", rows)


def _sample(server: ServerProcess, call: Callable[[], object], seconds: float) -> Sample:
    found, cpu = with_server(server, lambda: repeat(call, seconds))
    return Sample([found], cpu)


def _rows(found: Mapping[str, Sequence[Sample]], few: str, many: str) -> list[Row]:
    baseline, rates = ([sample.rate for sample in found[name]] for name in (few, many))
    compared = ratios(rates, baseline)
    return [
        Row(few, spread(baseline), "calls/s", details=processor_times(found[few])),
        Row(many, spread(rates), "calls/s", compared, few, processor_times(found[many])),
    ]


@contextmanager
def _sessions(count: int, address: str) -> Iterator[JsonLoggerClient]:
    """Open sessions, which stay open; yield the client of the first."""
    with ExitStack() as stack:
        first, *_ = [
            stack.enter_context(JsonLoggerClient(LOG.format(number), address=address, ack="os"))
            for number in range(count)
        ]
        yield first


def _attach_and_detach(address: str) -> None:
    name, behavior = LOG.format(0), Behavior.ATTACH_TO_SERVER_SESSION
    JsonLoggerClient(name, behavior, address=address).detach()
