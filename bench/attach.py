"""Benchmark `attach`: what a call costs does not depend on how many sessions there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench import samples
from bench.effort import Effort
from bench.measuring import Slice, Tell, in_turns, ratios, repeat, spread
from bench.report import Report, Row
from bench.servers import start_logger
from json_logger import JsonLoggerClient
from session_sharing.behavior import Behavior

LOG = "session-{}.ndjson"
ATTACH, CALL = "Initialize and Release", "log, acknowledged by the system"


def measure_attach(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure two services side by side, one with a single session and one with many."""
    few, many = "1 session open", f"{effort.sessions} sessions open"
    with ExitStack() as stack:
        cases: dict[str, Callable[[], Slice]] = {}
        for name, count in ((few, 1), (many, effort.sessions)):
            server = stack.enter_context(start_logger(folder / str(count)))
            tell(f"{name}: opening")
            client = stack.enter_context(_sessions(count, server.address))
            attach = partial(_attach_and_detach, server.address)
            log = partial(client.log, samples.NAME, *samples.small(1))
            cases[f"{ATTACH}, {name}"] = partial(repeat, attach, effort.seconds)
            cases[f"{CALL}, {name}"] = partial(repeat, log, effort.seconds)
        found = in_turns(effort.pairs, cases, tell)
    rates = {name: [one.rate for one in slices] for name, slices in found.items()}
    rows = []
    for call in (ATTACH, CALL):
        name, baseline = f"{call}, {many}", f"{call}, {few}"
        compared = ratios(rates[name], rates[baseline])
        rows.append(Row(baseline, spread(rates[baseline]), "/s"))
        rows.append(Row(name, spread(rates[name]), "/s", compared, baseline))
    return Report("attach", "rates with one session and with many; the same is good", rows)


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
