"""Plays the scenes with the crew, and notes everything that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from demo.crew import Crew
from demo.scenes import ATTACHED, CREATED, LOSERS, RECORDS, WINNER, LetGo, Log, Open, Scene
from session_sharing.records import parse_line


@dataclass
class Play:
    """How a scene went.

    Attributes:
        answers: What the workers were answered, for people.
        logged: How many records each worker logged.
        faults: What was not as it should be.
    """

    scene: Scene
    winner: str = ""
    answers: list[str] = field(default_factory=list)
    logged: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def expect(self, what: str, expected: object, found: object) -> None:
        """Note a fault if something is not as expected."""
        if expected != found:
            self.faults.append(f"{what}: expected {expected}, found {found}")


def play(scene: Scene, crew: Crew) -> Play:
    """Play a scene, and check it against what is expected and against the log file."""
    result = Play(scene)
    for step in scene.steps:
        match step:
            case Open():
                _open(step, crew, result)
            case Log():
                _log(step, crew, result)
            case LetGo():
                _let_go(step, crew, result)
    _check_file(crew.data_folder / scene.resource, result)
    return result


def _resolve(workers: Sequence[str], crew: Crew, result: Play) -> Iterator[str]:
    for worker in workers:
        if worker == WINNER:
            yield result.winner
        elif worker == LOSERS:
            yield from (name for name in crew.workers if name != result.winner)
        else:
            yield worker


def _open(step: Open, crew: Crew, result: Play) -> None:
    names = list(_resolve(step.workers, crew, result))
    for name in names:
        arguments = {"resource": result.scene.resource, "behavior": int(step.behavior)}
        crew.workers[name].tell("open", **arguments)
    outcomes = {name: _opening(crew.workers[name].answer()) for name in names}
    for name, outcome in outcomes.items():
        if outcome == CREATED:
            result.winner = name
        result.answers.append(f"{name} initializes with {step.behavior.name}: {outcome}")
    result.expect(step.behavior.name, sorted(step.expected), sorted(outcomes.values()))


def _opening(answer: dict[str, Any]) -> str:
    if not answer["ok"]:
        return str(answer["error"])
    return CREATED if answer["new_session"] else ATTACHED


def _log(step: Log, crew: Crew, result: Play) -> None:
    names = list(_resolve(step.workers, crew, result))
    for name in names:
        crew.workers[name].tell("log", count=RECORDS)
    for name in names:
        answer = crew.workers[name].answer()
        result.expect(f"logging by {name}", True, answer["ok"])
        result.logged[name] = result.logged.get(name, 0) + RECORDS
    result.answers.append(f"{', '.join(names)} log {RECORDS} records each, at the same time")


def _let_go(step: LetGo, crew: Crew, result: Play) -> None:
    outcomes = []
    for name in _resolve(step.workers, crew, result):
        crew.workers[name].tell("release")
        answer = crew.workers[name].answer()
        outcomes.append(str(answer.get("outcome") or answer.get("error")))
        result.answers.append(f"{name} releases: {outcomes[-1]}")
    result.expect("the releases", list(step.expected), outcomes)


def _check_file(path: Path, result: Play) -> None:
    """Every record of every worker is there once, in its order."""
    indices: dict[str, list[object]] = {}
    with path.open("rb") as log:
        for line in log:
            record = parse_line(line)
            indices.setdefault(record.measurement_name, []).append(record.outputs["index"])
    for name, count in result.logged.items():
        result.expect(f"the records of {name}", list(range(count)), indices.pop(name, []))
    result.expect("records of others", {}, indices)


def interleavings(path: Path) -> int:
    """Count how often the file passes from one program's records to another's."""
    with path.open("rb") as log:
        names = [parse_line(line).measurement_name for line in log]
    return sum(left != right for left, right in pairwise(names))
