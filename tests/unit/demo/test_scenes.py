"""What the demonstration plays."""

from __future__ import annotations

from itertools import product

import pytest

from demo.scenes import SCENES
from demo.scenes.steps import Plugin, Runs, Scene, Start, Stop, Way
from session_sharing import Behavior

each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)


def test_all_behaviors_are_played_both_ways() -> None:
    """No behaviour and no way of sharing a file is left out; then come those in a database."""
    played = [(scene.behavior, scene.way) for scene in SCENES]
    files = list(product(Behavior, (Way.WAITING, Way.ALIASES)))
    assert played[: len(files)] == files
    assert {way for _, way in played[len(files) :]} == {Way.DATABASE}


def test_setup_and_cleanup_hold_what_the_pins_are_connected_to() -> None:
    """Where one of two pins has a file as well, Setup and Cleanup hold the file once."""
    (scene,) = (one for one in SCENES if one.way is Way.DATABASE and one.holds()["Setup"])
    for who in ("Setup", "Cleanup"):
        assert (scene.holds()[who], scene.other_holds()[who]) == (2, 1)


@each_scene
def test_one_logs_to_both_in_a_database(scene: Scene) -> None:
    """In a database one measurement has the file too, and the other never; else nobody has two."""
    holders = set(scene.other_holds()) - {"Setup", "Cleanup"}
    assert holders == ({"supply_current"} if scene.way is Way.DATABASE else set())
    assert bool(scene.other_opens) is (scene.way is Way.DATABASE)


@each_scene
def test_both_measure_many_times(scene: Scene) -> None:
    """Each measurement holds the session at least four times in each scene."""
    assert min(scene.holds()[plugin.value] for plugin in Plugin) >= 4


@each_scene
def test_behavior_is_used(scene: Scene) -> None:
    """A scene shows the behaviour that it is called by, in Setup and Cleanup if nowhere else."""
    used = {step.behavior for step in scene.steps if isinstance(step, (Runs, Start))}
    if scene.holds()["Setup"]:
        used |= {
            Behavior.INITIALIZE_SESSION_THEN_DETACH,
            Behavior.ATTACH_TO_SESSION_THEN_CLOSE,
        }
    assert scene.behavior in used


@each_scene
def test_what_is_started_is_stopped(scene: Scene) -> None:
    """No measurement that goes on until it is stopped outlives its scene."""
    running: set[Plugin] = set()
    for step in scene.steps:
        if isinstance(step, Start):
            assert step.plugin not in running
            running.add(step.plugin)
        elif isinstance(step, Stop):
            running.remove(step.plugin)
    assert running == set()


@each_scene
def test_overlaps_do_not_depend_on_time(scene: Scene) -> None:
    """With a pin each one goes on until it is stopped, while the other comes: they have to meet."""
    assert (scene.way is not Way.WAITING) == any(isinstance(step, Start) for step in scene.steps)
