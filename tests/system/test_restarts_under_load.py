"""Services that are stopped and killed under load, and all that has to hold afterwards."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from tests.system.restart_cast import Program
from tests.system.restart_program import BEHAVIORS
from tests.system.restart_story import MODULES, RECOVERY_GRACE, Aftermath, Story

ROUNDS = 3
LONG_ROUNDS = int(os.environ.get("SESSION_SHARING_ROUNDS", "25"))
CREATES, LEAVES_OPEN = {0, 1, 3}, {2, 3}


@pytest.fixture(
    scope="module", params=[ROUNDS, pytest.param(LONG_ROUNDS, marks=pytest.mark.reliability)]
)
def aftermath(request, tmp_path_factory, base_seed) -> Iterator[Aftermath]:
    """Let the services fall as often as the parameter says, and return what came of it."""
    with ExitStack() as stack:
        story = Story(tmp_path_factory.mktemp("restarts"), base_seed, stack)
        yield story.play(request.param)


def steps_of(aftermath: Aftermath) -> Iterator[tuple[Program, str, list[dict]]]:
    """Yield all that each program told of each service."""
    for program in aftermath.programs:
        for module, steps in program.told.items():
            yield program, module, steps


def test_programs_go_on_and_end_without_an_error(
    aftermath: Aftermath, report: Callable[[str], None]
) -> None:
    """Over stops, kills and restarts, also on another port, nothing is raised in any program."""
    assert aftermath.exit_codes == [0] * (len(aftermath.programs) - 1), [
        program.error for program in aftermath.programs
    ]
    for service in aftermath.services.values():
        assert len(set(service.addresses)) == (len(service.addresses) if service.moves else 1)
    assert {place != "" for place in aftermath.programs[0].services.values()} == {True, False}
    records = sum(len(names) for each in aftermath.stored.values() for names in each.values())
    ways = Counter(way for each in aftermath.ways for way in each.values())
    report(
        f"{len(aftermath.ways)} rounds {dict(ways)}, {records} records, "
        f"{sum(len(steps) for _, _, steps in steps_of(aftermath))} steps; "
        f"longest until all went on: {max(aftermath.pauses):.2f} s"
    )


def test_every_behavior_ends_as_its_row_says(aftermath: Aftermath) -> None:
    """Whichever run answers: who creates, what a release comes to, and what is open at the end."""
    for _, _, steps in steps_of(aftermath):
        assert {step["behavior"] for step in steps} == set(BEHAVIORS)
        for step in steps:
            assert step["new"] is (step["behavior"] in CREATES), step
            left_open = step["behavior"] in LEAVES_OPEN
            assert step["outcome"] == ("LEFT_OPEN" if left_open else "CLOSED"), step
    for module, service in aftermath.services.items():
        expected = {f"shared.{service.ending}"} | {
            f"{program.name}.{service.ending}"
            for program in aftermath.programs[:-1]
            if program.told[module][-1]["behavior"] in LEAVES_OPEN
        }
        left = set(aftermath.left[module]) - {f"{aftermath.victim.name}.{service.ending}"}
        assert left == expected
        assert not any(session.attachments for session in aftermath.left[module].values())


def test_sessions_keep_their_names(aftermath: Aftermath) -> None:
    """A session is the same before and after a restart, for who holds it and for who comes."""
    assert all(len(ids) == 1 for ids in aftermath.public_ids.values())
    for _, module, steps in steps_of(aftermath):
        visited = {0: aftermath.shared[module], 1: "refused", 3: "refused", 4: ""}
        for step in steps:
            assert step["visited"] == visited.get(step["behavior"], visited[0]), step
        for before, after in pairwise(steps):
            attaches = after["behavior"] not in CREATES
            assert (before["session"] == after["session"]) is attaches, (before, after)


@pytest.mark.parametrize("module", MODULES)
def test_every_acknowledged_record_is_there_once_in_its_order(
    aftermath: Aftermath, module: str
) -> None:
    """Nothing acknowledged is lost, nothing is doubled, and each program's order is kept."""
    for program in aftermath.programs:
        for resource, count in program.told[module][-1]["logged"].items():
            names = [name.split("/") for name in aftermath.stored[module][resource]]
            numbers = [int(number) for name, number in names if name == program.name]
            assert numbers == list(range(len(numbers))), (program.name, resource)
            # Who was killed had not told of all that it was told.
            assert len(numbers) >= count if program is aftermath.victim else len(numbers) == count


def test_program_that_is_gone_for_good_is_released_after_the_recovery_grace(
    aftermath: Aftermath,
) -> None:
    """It held something when the services were back; then each of its behaviours ends as always."""
    for module, service in aftermath.services.items():
        shared, own = (f"{which}.{service.ending}" for which in ("shared", aftermath.victim.name))
        held, left = aftermath.held[module], aftermath.left[module]
        assert shared in held
        assert aftermath.released_after[module] >= RECOVERY_GRACE
        if own in held:
            (attachment,) = held[own].attachments
            assert (own in left) is (attachment.behavior in LEAVES_OPEN)


def test_services_are_registered_again(aftermath: Aftermath) -> None:
    """A discovery that was killed, and has forgotten all, knows the services where they are."""
    assert aftermath.registered == dict.fromkeys(MODULES, True)


def test_no_session_comes_back_after_a_reboot(aftermath: Aftermath) -> None:
    """Programs that a reboot ended leave nothing open."""
    assert "shared.log" in aftermath.left["json_logger"]
    assert aftermath.after_reboot == {}
