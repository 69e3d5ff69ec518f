"""The benchmarks as a developer runs them, with small numbers: what they say, not how fast."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tools.packages import ROOT
from tools.postgresql import is_available

RECORDS = 3000
SECONDS = 90


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def test_open_reports_the_ratio_to_an_empty_log() -> None:
    """Who measures opening gets big and empty log side by side, with the ratio and a verdict."""
    run = bench("open", "--quick", "--pairs", "3", "--records", str(RECORDS), "--json")
    assert run.returncode == 0, run.stderr
    [report] = json.loads(run.stdout)["benchmarks"]
    rows = {row["case"]: row for row in report["rows"]}
    for step in ("open", "attach"):
        row = rows[f"{step}, {RECORDS:,} records"]
        assert row["baseline"] == f"{step}, empty log"
        assert row["baseline"] in rows
        assert 0 < row["ratio"]["lower"] <= row["ratio"]["median"] <= row["ratio"]["upper"]
    said = {verdict["text"]: type(verdict["holds"]) for verdict in report["verdicts"]}
    assert set(said.values()) == {bool}
    assert [text.partition(",")[0] for text in said] == ["open", "attach"]


def test_database_reports_what_was_committed() -> None:
    """Who measures a database gets ratios to local loops, and commits as the database has them."""
    run = bench("database-thousand", "--quick", "--pairs", "3", "--json")
    assert run.returncode == 0, run.stderr
    [report] = json.loads(run.stdout)["benchmarks"]
    stored = [row for row in report["rows"] if row["case"].startswith("log_many")]
    kinds = {"SQLite", "PostgreSQL"} if is_available() else {"SQLite"}
    assert {row["case"].rpartition(", ")[2] for row in stored} == kinds
    assert all(row["ratio"]["median"] > 0 and row["baseline"] for row in stored)
    for row in report["rows"]:
        # A call of a client travels in parts, each of which may have a commit of its own.
        least = 488 if row in stored else 1000
        assert row["details"]["records"] >= least * row["details"]["commits"] > 0, row["case"]
    said = {verdict["text"]: verdict["holds"] for verdict in report["verdicts"]}
    assert said["each record that was acknowledged is stored once"] is True
    assert len(said) == 1 + len(kinds)


@pytest.mark.reliability
def test_at_rest_reports_cost_and_latencies() -> None:
    """Who measures clients at rest gets their cost, and latencies beside them and without them."""
    run = bench("at-rest", "--quick", "--pairs", "3", "--json")
    assert run.returncode == 0, run.stderr
    [report] = json.loads(run.stdout)["benchmarks"]
    beside = [row for row in report["rows"] if row["ratio"]]
    assert len(beside) == 2
    assert all(row["ratio"]["median"] > 0 and "first client" in row["baseline"] for row in beside)
    assert [row["unit"] for row in report["rows"] if row not in beside][:2] == ["% of a core"] * 2
    said = {verdict["text"]: verdict["holds"] for verdict in report["verdicts"]}
    assert said["all of them are attached still"] is True
    assert len(said) == 4


@pytest.mark.reliability
def test_station_reports_latencies_beside_others() -> None:
    """Who measures a station gets each call alone, and beside those who hold and wait."""
    run = bench("station", "--quick", "--pairs", "3", "--json")
    assert run.returncode == 0, run.stderr
    [report] = json.loads(run.stdout)["benchmarks"]
    cases = [row["case"].split(", ") for row in report["rows"]]
    calls = list(dict.fromkeys(call for call, _ in cases))
    assert calls[:4] == ["resolve", "reserve", "unreserve", "unreserve what is kept"]
    others = ["100 sessions held", "40 requests wait", "200 requests wait"]
    for row, (call, beside) in zip(report["rows"], cases, strict=True):
        assert beside in (others if row["ratio"] else ["nobody else"])
        assert row["baseline"] == (f"{call}, nobody else" if row["ratio"] else "")
        assert row["details"].get("p99 ms", float("inf")) >= row["value"]["median"] > 0
    assert len(cases) == len(calls) * (1 + len(others))
    said = {verdict["text"]: verdict["holds"] for verdict in report["verdicts"]}
    assert said["all who waited wait still"] is True
    assert len(said) == 3


@pytest.mark.reliability
def test_tls_reports_the_ratio_to_no_encryption() -> None:
    """Who measures TLS gets calls, batches and connecting by both ports, side by side."""
    run = bench("tls", "--quick", "--pairs", "3", "--json")
    assert run.returncode == 0, run.stderr
    [report] = json.loads(run.stdout)["benchmarks"]
    plain, encrypted = report["rows"][::2], report["rows"][1::2]
    assert [row["baseline"] for row in encrypted] == [row["case"] for row in plain]
    assert {row["unit"] for row in plain} == {"calls/s", "records/s", "connections/s"}
    assert all(row["ratio"]["median"] > 0 for row in encrypted)


def test_unknown_benchmark_is_wrong_usage() -> None:
    """Who mistypes the name of a benchmark is told which there are."""
    run = bench("opne")
    assert run.returncode == 2
    assert "there is no benchmark opne; there are open," in run.stderr
