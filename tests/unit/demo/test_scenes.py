"""What the demonstration plays."""

from __future__ import annotations

from itertools import product

import pytest

from demo.scenes import SCENES
from demo.scenes.steps import Plugin, Runs, Scene, Start, Stop, Way
from session_sharing import Behavior

each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)


def test_all_behaviors_are_played_both_ways() -> None:
    """No behaviour and no way of sharing is left out."""
    played = [(scene.behavior, scene.way) for scene in SCENES]
    assert played == list(product(Behavior, (Way.WAITING, Way.ALIASES)))


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
def test_overlaps_with_aliases_do_not_depend_on_time(scene: Scene) -> None:
    """With aliases one goes on until it is stopped, while the other comes: they have to meet."""
    assert (scene.way is Way.ALIASES) == any(isinstance(step, Start) for step in scene.steps)
