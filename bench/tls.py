"""Benchmark `tls`: the encrypted port against the one without encryption, of the same service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from bench import samples
from bench.effort import Effort
from bench.measuring import Sample, Tell, in_turns, ratios, repeat, spread
from bench.report import Report, Row
from bench.servers import start_logger, with_server
from bench.single import call_details
from json_logger import JsonLoggerClient
from session_sharing import TlsFiles
from session_sharing.behavior import Behavior
from session_sharing.client.administration import Administration
from session_sharing.data_folders import TLS_PORT_SUFFIX
from session_sharing.testing.certificates import Authority
from session_sharing.testing.processes import ServerProcess

PLAIN, ENCRYPTED = "no encryption", "TLS, both sides with certificates"
CALL_RECORDS = 100

_Port = tuple[str, TlsFiles | None]


def measure_tls(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure single calls, batches, and connecting."""
    authority = Authority(folder)
    own = authority.issue("server")
    options = ["--tls-certificate", str(own.certificate), "--tls-key", str(own.key)]
    options += ["--tls-client-ca", str(authority.file)]
    rows: list[Row] = []
    with start_logger(folder / "logs", *options) as server:
        ports: dict[str, _Port] = {
            PLAIN: (server.address, None),
            ENCRYPTED: (_encrypted_address(folder / "logs"), authority.client()),
        }
        for what, unit, log, records in _ways(effort):
            cases = {
                name: partial(_logged, server, port, log, records, effort.seconds)
                for name, port in ports.items()
            }
            rows += _rows(what, unit, in_turns(effort.pairs, cases, tell))
        connecting = {
            name: partial(_connected, server, port, effort.seconds) for name, port in ports.items()
        }
        rows += _rows("connect and ask", "connections/s", in_turns(effort.pairs, connecting, tell))
    title = "one service by both of its ports, acknowledged by the system; more is better"
    return Report("tls", title, rows)


_Log = Callable[[JsonLoggerClient], object]


def _ways(effort: Effort) -> Sequence[tuple[str, str, _Log, int]]:
    """Return what is logged, the unit, how, and how many records a call has."""
    one = samples.small(1)
    some = [samples.small(index) for index in range(CALL_RECORDS)]
    many = [samples.small(index) for index in range(effort.batch)]
    return (
        ("log", "calls/s", lambda client: client.log(samples.NAME, *one), 1),
        (f"log_many of {CALL_RECORDS}", "records/s", partial(_many, some), len(some)),
        (f"log_many of {effort.batch:,}", "records/s", partial(_many, many), len(many)),
    )


def _many(
    values: Sequence[tuple[samples.Values, samples.Values]], client: JsonLoggerClient
) -> None:
    client.log_many(map(samples.record, values))


def _encrypted_address(folder: Path) -> str:
    port = (folder / f"json_logger{TLS_PORT_SUFFIX}").read_text("utf-8").strip()
    return f"localhost:{port}"


def _logged(server: ServerProcess, port: _Port, log: _Log, records: int, seconds: float) -> Sample:
    """Measure logging through a session of its own; connecting is not counted."""
    (address, tls), behavior = port, Behavior.INITIALIZE_SERVER_SESSION
    with JsonLoggerClient("tls.ndjson", behavior, address=address, tls=tls, ack="os") as client:
        found, cpu = with_server(server, lambda: repeat(lambda: log(client), seconds))
    return Sample([found], cpu, records)


def _connected(server: ServerProcess, port: _Port, seconds: float) -> Sample:
    """Measure new connections, each with one question."""

    def connect() -> None:
        with Administration(*port) as administration:
            administration.sessions()

    found, cpu = with_server(server, lambda: repeat(connect, seconds))
    return Sample([found], cpu)


def _rows(what: str, unit: str, found: Mapping[str, Sequence[Sample]]) -> list[Row]:
    baseline = [sample.rate for sample in found[PLAIN]]
    rows: list[Row] = []
    for name, measured in found.items():
        rates = [sample.rate for sample in measured]
        compared = ratios(rates, baseline) if rows else None
        against = rows[0].case if rows else ""
        details = call_details(measured)
        rows.append(Row(f"{what}, {name}", spread(rates), unit, compared, against, details))
    return rows
