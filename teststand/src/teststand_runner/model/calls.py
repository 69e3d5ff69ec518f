"""What steps call: Python code, and other sequences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class PythonOperation(IntEnum):
    """What the Python adapter does."""

    CREATE_INSTANCE = 0
    CALL = 1
    GET_ATTRIBUTE = 2
    SET_ATTRIBUTE = 3


class PythonScope(IntEnum):
    """What the function or attribute belongs to."""

    MODULE = 0
    CLASS = 1
    INSTANCE = 2


class InterpreterScope(IntEnum):
    """Which calls share an interpreter."""

    REFERENCE = 0
    THREAD = 1
    EXECUTION = 2
    GLOBAL = 3


class ThreadOption(IntEnum):
    """Where a called sequence runs."""

    SAME_THREAD = 0
    NEW_THREAD = 1
    NEW_EXECUTION = 2


@dataclass(frozen=True)
class PythonArgument:
    """An argument of a Python call.

    Attributes:
        name: Its name; of the first one `Return Value`.
        expression: What is handed over; of the return value, where it is stored, if anywhere.
        type: The number of its type: 1 number, 2 string, 3 boolean, 7 dynamic, and others.
    """

    name: str
    expression: str
    type: int


@dataclass(frozen=True)
class Interpreter:
    """In which Python a call runs.

    Attributes:
        from_adapter: Whether the adapter's settings on the station hold, and not these.
        scope: Which calls share it: a number of `InterpreterScope`, if it is known.
        version: As `3.10`; may be empty.
        virtual_environment: The path of its virtual environment; empty if it has none.
        location: The expression that has the reference to it, for the scope `REFERENCE`.
        creates: Whether it is made when there is none.
    """

    from_adapter: bool
    scope: int
    version: str
    virtual_environment: str
    location: str
    creates: bool


@dataclass(frozen=True)
class PythonCall:
    """A call of the Python adapter.

    Attributes:
        module: The path of the module.
        operation: A number of `PythonOperation`, if it is known.
        scope: A number of `PythonScope`, if it is known.
        class_name: The class; where the scope is the module, it may be left over from before.
        instance_location: The expression that has the instance, or gets it.
        member: The function or attribute.
        return_value: Where the result goes; None if the call has none.
        arguments: What is handed over, in order.
        interpreter: In which Python it runs.
    """

    module: str
    operation: int
    scope: int
    class_name: str
    instance_location: str
    member: str
    return_value: PythonArgument | None
    arguments: tuple[PythonArgument, ...]
    interpreter: Interpreter


@dataclass(frozen=True)
class SequenceArgument:
    """An argument of a sequence call.

    Attributes:
        name: The name of the parameter.
        use_default: Whether the parameter keeps its default value.
        expression: What is handed over, if it does not.
        type: The number of its type.
    """

    name: str
    use_default: bool
    expression: str
    type: int


@dataclass(frozen=True)
class SequenceCall:
    """A call of a sequence.

    Attributes:
        use_current_file: Whether it is in this file; then `file` may be left over from before.
        file: The path of its file.
        file_expression: The expression for that path, if it is specified so.
        sequence: Its name.
        sequence_expression: The expression for the name, if it is specified so.
        by_expression: Whether the two expressions hold.
        thread: Where it runs: a number of `ThreadOption`, if it is known.
        waits_at_end: Whether the calling sequence waits for it at its end.
        suspended: Whether its thread is made, and not started.
        thread_expression: Where the reference to its thread is stored, if anywhere.
        remote: Whether it runs on another computer.
        arguments: What is handed over, in order.
    """

    use_current_file: bool
    file: str
    file_expression: str
    sequence: str
    sequence_expression: str
    by_expression: bool
    thread: int
    waits_at_end: bool
    suspended: bool
    thread_expression: str
    remote: bool
    arguments: tuple[SequenceArgument, ...]
