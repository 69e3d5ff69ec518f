"""What the demonstration checks: each way in which a scene can be wrong is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.checks import find_faults
from demo.scenes.steps import Way
from demo.told.performance import STOPPED, Performance, Wanted
from session_sharing.core import EventKind, SessionEvent
from tests.unit.demo.story import C, Script, V, good_scene_in_a_database, records_of


def faults(performance: Performance, **changes: object) -> str:
    """Return the faults of a scene that was changed, as one text."""
    return "\n".join(find_faults(replace(performance, **changes)))


def without(performance: Performance, kind: EventKind) -> tuple[SessionEvent, ...]:
    return tuple(event for event in performance.events if event.kind is not kind)


def test_nothing_is_wrong_with_a_good_scene(good: Performance) -> None:
    """A scene that went well has no faults."""
    assert find_faults(good) == []


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (EventKind.OPENED, "openings of the file: expected 1, found 0"),
        (EventKind.CLOSED, "closings of the file: expected 1, found 0"),
        (EventKind.CLOSE_PENDING, "closes of the file that had to wait: expected 1, found 0"),
        (EventKind.ATTACHED, "holds of the file: expected"),
        (EventKind.RELEASED, "output_voltage still holds session abcd"),
    ],
)
def test_missing_events_are_faults(good: Performance, kind: EventKind, fault: str) -> None:
    """What the service should have told and did not is found."""
    assert fault in faults(good, events=without(good, kind))


def test_strangers_are_faults(good: Performance) -> None:
    """Who holds the session and is none of the cast is found."""
    script = Script(list(good.events))
    script.release(script.attach(77, 41), 42)
    assert "'stranger (process 77)': 1" in faults(good, events=tuple(script.events))


def test_attachments_that_were_taken_away_are_faults(good: Performance) -> None:
    """A client that the service took for dead is found, though its session closed properly."""
    events = list(good.events)
    index = [event.kind for event in events].index(EventKind.RELEASED)
    events[index] = replace(events[index], kind=EventKind.EXPIRED)
    assert "a session: expired" in faults(good, events=tuple(events))


@pytest.mark.parametrize("changes", [{"station": "another"}, {"program": None}])
def test_records_from_elsewhere_are_faults(good: Performance, changes: dict[str, object]) -> None:
    """A record that does not name its station and its program is found."""
    first, *others = good.records
    spoilt = replace(first, context=replace(first.context, **changes))
    assert "name another station or program" in faults(good, records=(spoilt, *others))


def test_two_sessions_at_once_are_a_fault(good: Performance) -> None:
    """A second session on the file, before the first one is closed, is found."""
    script = Script()
    script.session = replace(script.session, public_id="efgh")
    script.tell(EventKind.OPENED, 44)
    script.tell(EventKind.CLOSED, 46)
    events = sorted([*good.events, *script.events], key=lambda event: event.at)
    assert "two sessions at once on one file: abcd, efgh" in faults(good, events=events)


def test_meeting_is_a_fault_with_waiting(good: Performance) -> None:
    """Who waits for the log never holds it together with somebody else."""
    scene = replace(good.scene, way=Way.WAITING)
    assert "held the session at once, for 0:00:00.010000" in faults(good, scene=scene)


def test_not_meeting_is_a_fault_with_aliases(good: Performance) -> None:
    """With aliases both have to be seen to hold the session at the same moment."""
    script = Script()
    script.tell(EventKind.OPENED, 10)
    for who, since in ((1, 10), (2, 25)):
        script.release(script.attach(who, since, created=who == 1), since + 15)
    script.tell(EventKind.CLOSED, 45)
    assert "nobody held the session at the same moment" in faults(good, events=script.events)


def test_reservations_that_are_left_are_faults(good: Performance) -> None:
    """What is reserved or registered after the scene is found, by its name."""
    assert "FileLogger-x" in faults(good, left=["FileLogger-x"])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"status": "UNAVAILABLE", "text": "nobody there"}, "found UNAVAILABLE nobody there"),
        ({"outputs": {}}, "sites: expected [0], found None"),
        ({"readings": 3}, "records logged: expected 3, found 2"),
        ({"wanted": Wanted("NOT_FOUND")}, "expected NOT_FOUND, found OK"),
    ],
)
def test_runs_that_went_wrong_are_faults(
    good: Performance, changes: dict[str, object], fault: str
) -> None:
    """What came of a run, against what should have, is found."""
    first, second = good.runs
    assert fault in faults(good, runs=(replace(first, **changes), second))


@pytest.mark.parametrize(
    ("outputs", "fault"),
    [
        ({"passed": False}, "passed: expected True, found False"),
        ({"mean": [2.0]}, "a mean of 2.0 lies outside 3.1 to 3.5"),
        ({"mean": []}, "a mean of nan"),
        ({"log_session": "efgh"}, "session: expected ('abcd', True), found ('efgh', True)"),
        ({"new_session": False}, "session: expected ('abcd', True), found ('abcd', False)"),
    ],
)
def test_outputs_that_cannot_be_are_faults(
    good: Performance, outputs: dict[str, object], fault: str
) -> None:
    """What a run found has to be plausible, and to agree with what the service told."""
    first, second = good.runs
    changed = replace(first, outputs={**first.outputs, **outputs})
    assert fault in faults(good, runs=(changed, second))


def test_refusals_that_do_not_help_are_faults(good: Performance) -> None:
    """A refusal has to name what helps: who holds the session, for example."""
    refused = {"status": "ALREADY_EXISTS", "wanted": Wanted("ALREADY_EXISTS", ("held by",))}
    run = replace(good.runs[0], serial_number="SN-3", text="No.", outputs={}, **refused)
    assert "does not say 'held by': No." in faults(good, runs=(*good.runs, run))


@pytest.mark.parametrize(
    ("order", "found"), [([0], "[0]"), ([0, 0, 1], "[0, 0, 1]"), ([1, 0], "[1, 0]")]
)
def test_records_lost_doubled_or_out_of_order_are_faults(
    good: Performance, order: list[int], found: str
) -> None:
    """Every record of a run is in the file exactly once, and in order."""
    records = records_of(C, "SN-2")
    changed = (*good.records[:2], *(records[index] for index in order))
    assert f"order of records: expected [0, 1], found {found}" in faults(good, records=changed)


def test_runs_that_were_stopped_have_the_records_that_are_stored(good: Performance) -> None:
    """Of a run that was stopped, the service tells how many records there have to be."""
    assert good.runs[1].status == STOPPED
    missing = faults(good, records=good.records[:3])
    assert "SN-2 with AUTO: order of records: expected [0, 1], found [0]" in missing


def test_records_that_the_service_does_not_count_are_faults(good: Performance) -> None:
    """The file has as many records of a run as the service says that it has stored for it."""
    script = Script(list(good.events))
    index = [event.kind for event in good.events].index(EventKind.RELEASED)
    held = good.events[index].attachment
    assert held is not None
    counted = replace(good.events[index], attachment=replace(held, last_record_number=3))
    script.events[index] = counted
    assert "records of its hold: expected 3, found 2" in faults(good, events=script.events)


def test_records_of_others_are_faults(good: Performance) -> None:
    """A record of a unit that nobody measured in the scene is found."""
    records = (*good.records, *records_of(C, "SN-9"))
    assert "nobody measured: ['SN-9']" in faults(good, records=records)


def test_scenes_that_broke_off_are_faults(good: Performance) -> None:
    """A scene that could not be played to its end is a fault, whatever else is right."""
    assert faults(good, broken=["it broke off"]) == "it broke off"


@pytest.mark.parametrize("created", [True, False])
def test_sessions_have_one_creator(good: Performance, created: bool) -> None:
    """A session that nobody, or that two, are said to have created is found."""
    script = Script()
    script.tell(EventKind.OPENED, 10)
    first, second = (script.attach(who, 10 + who, created=created) for who in (1, 2))
    script.release(first, 20)
    script.release(second, 30)
    script.tell(EventKind.CLOSED, 45)
    found = 2 if created else 0
    fault = f"creators of session abcd: expected 1, found {found}"
    assert fault in faults(good, events=tuple(script.events))


def test_files_have_the_records_of_both(good: Performance) -> None:
    """A file in which one of the two has written nothing shows no sharing."""
    records = [replace(record, measurement_name="x") for record in good.records]
    assert "the file does not have the records of both: ['x']" in faults(good, records=records)


def test_nothing_is_wrong_with_a_good_scene_in_a_database() -> None:
    """A scene in which one of both logs to the file as well has no faults."""
    assert find_faults(good_scene_in_a_database()) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"copies": ()}, "SN-2 with AUTO: the file does not have the same records"),
        ({"copies": records_of(C, "SN-2")[::-1]}, "the file does not have the same records"),
        ({"copies": records_of(C, "SN-2", 1)}, "hold of the file: expected 2, found 1"),
        (
            {"copies": [*records_of(C, "SN-2"), *records_of(V, "SN-1")]},
            "do not belong into the file, of: ['SN-1']",
        ),
        ({"records": records_of(V, "SN-1")}, "the database does not have the records of both"),
        ({"other_events": ()}, "openings of the file: expected 1, found 0"),
        ({"other_events": ()}, "holds of the file: expected {'supply_current': 1}, found {}"),
        ({"events": ()}, "openings of the database: expected 1, found 0"),
    ],
)
def test_what_is_not_in_both_is_a_fault(changes: dict[str, object], fault: str) -> None:
    """What was logged to both is in both, and nothing else is in the file."""
    assert fault in faults(good_scene_in_a_database(), **changes)


def test_other_values_in_the_file_are_a_fault() -> None:
    """A record that differs from that of the database in one detail is found."""
    copies = [replace(record, status="failed") for record in records_of(C, "SN-2")]
    assert "does not have the same records" in faults(good_scene_in_a_database(), copies=copies)


def test_runs_tell_both_of_their_sessions() -> None:
    """A run that logs to both says so: the session of the file first, and whether one was new."""
    good = good_scene_in_a_database()
    first, second = good.runs
    told = replace(second, outputs={**second.outputs, "log_session": "abcd"})
    fault = "session: expected ('efgh, abcd', True), found ('abcd', True)"
    assert fault in faults(good, runs=(first, told))


def test_two_sessions_of_the_other_log_are_a_fault() -> None:
    """The file is opened once at a time in a scene of the database, too."""
    good = good_scene_in_a_database()
    script = Script(list(good.other_events))
    script.session = replace(script.session, public_id="ijkl")
    script.tell(EventKind.OPENED, 39)
    script.tell(EventKind.CLOSED, 41)
    events = sorted(script.events, key=lambda event: event.at)
    assert "two sessions at once on one file: efgh, ijkl" in faults(good, other_events=events)
