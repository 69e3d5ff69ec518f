"""Sequences and their steps, as their author set them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from teststand_runner.model.actions import Action
from teststand_runner.model.properties import FileInformation, Property


class FileKind(IntEnum):
    """What a sequence file is for."""

    NORMAL = 0
    MODEL = 1
    FRONT_END_CALLBACKS = 2
    STATION_CALLBACKS = 3


class Group(str, Enum):
    """The three groups of steps of a sequence, in the order in which they run."""

    SETUP = "Setup"
    MAIN = "Main"
    CLEANUP = "Cleanup"


@dataclass(frozen=True)
class Loop:
    """Whether and how a step is repeated.

    Attributes:
        kind: `NoLooping`, or the kind of loop, as `PassFailCount` and `Custom`.
        initialize: The expression before the first time.
        condition: The expression that says whether there is a next time.
        increment: The expression after each time.
        status: The expression that gives the status of the whole.
    """

    kind: str
    initialize: str
    condition: str
    increment: str
    status: str


@dataclass(frozen=True)
class PostAction:
    """Where the sequence goes on after a step.

    Attributes:
        action: `Next`, `Goto`, `Terminate` and others.
        target: The expression that says where, for those that need it.
    """

    action: str
    target: str


@dataclass(frozen=True)
class CustomPostAction:
    """Where the sequence goes on after a step as an expression has it.

    Attributes:
        condition: The expression; empty if there is none.
        on_true: If it is true.
        on_false: If it is not.
    """

    condition: str
    on_true: PostAction
    on_false: PostAction


@dataclass(frozen=True)
class Step:
    """A step.

    Attributes:
        name: Its name.
        type_name: The type of the step, as `Action`.
        id: Its unique id, `ID#:` and 22 characters; empty if it has none.
        group: The group that it is in.
        index: Its place in the group, from 0.
        mode: `Normal`, `Skip`, `Pass` or `Fail` (the last two without running it).
        precondition: The expression that must be true for it to run; empty if there is none.
        pre_expression: The expression before its module.
        post_expression: The expression behind its module.
        status_expression: The expression that gives its status.
        loop: Whether and how it is repeated.
        on_pass: What follows when it has passed.
        on_fail: What follows when it has failed.
        on_custom: What follows as an expression has it.
        result_recording: 0 not, 1 recorded, 2 recorded even if the sequence's are not.
        failure_fails_sequence: Whether the sequence fails when it does.
        ignores_errors: Whether a run-time error in it is passed over.
        action: What it does.
        properties: All that the file says of it, for what is not here.
        path: Where it is in the file, as `Data.Seq[0].Main[3]`.
    """

    name: str
    type_name: str
    id: str
    group: Group
    index: int
    mode: str
    precondition: str
    pre_expression: str
    post_expression: str
    status_expression: str
    loop: Loop
    on_pass: PostAction
    on_fail: PostAction
    on_custom: CustomPostAction
    result_recording: int
    failure_fails_sequence: bool
    ignores_errors: bool
    action: Action
    properties: Property
    path: str


@dataclass(frozen=True)
class Sequence:
    """A sequence.

    Attributes:
        name: Its name.
        parameters: Its parameters, with their default values, as what is in `Parameters`.
        locals: Its variables, with their first values, as what is in `Locals`.
        setup: The steps that run first.
        main: Those that run then.
        cleanup: Those that run at the end, whatever has happened.
        properties: All that the file says of it, for what is not here.
    """

    name: str
    parameters: Property
    locals: Property
    setup: tuple[Step, ...]
    main: tuple[Step, ...]
    cleanup: tuple[Step, ...]
    properties: Property

    @property
    def steps(self) -> tuple[Step, ...]:
        """All its steps, in the order of the groups."""
        return self.setup + self.main + self.cleanup


@dataclass(frozen=True)
class SequenceFile:
    """A sequence file.

    Attributes:
        information: What it says of itself.
        kind: What it is for: a number of `FileKind`, if it is known.
        file_globals: Its variables, with their first values, as what is in `FileGlobalDefaults`.
        sequences: Its sequences, in the file's order; no two have one name.
        properties: All that the file says, for what is not here.
    """

    information: FileInformation
    kind: int
    file_globals: Property
    sequences: tuple[Sequence, ...]
    properties: Property

    def sequence(self, name: str) -> Sequence | None:
        """Return the sequence of a name, which is told apart without regard to case, or None."""
        return next((each for each in self.sequences if each.name.lower() == name.lower()), None)
