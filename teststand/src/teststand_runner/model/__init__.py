"""What a sequence file means: sequences, their steps, and what these do."""

from __future__ import annotations

from teststand_runner.model.actions import (
    Action,
    Flow,
    Label,
    MeasurementCall,
    MeasurementParameter,
    Other,
    Statement,
    UpdatePinMap,
    Wait,
    WaitTarget,
)
from teststand_runner.model.calls import (
    Interpreter,
    InterpreterScope,
    PythonArgument,
    PythonCall,
    PythonOperation,
    PythonScope,
    SequenceArgument,
    SequenceCall,
    ThreadOption,
)
from teststand_runner.model.properties import FileInformation, Property, PropertyFile, Scalar
from teststand_runner.model.steps import (
    CustomPostAction,
    FileKind,
    Group,
    Loop,
    PostAction,
    Sequence,
    SequenceFile,
    Step,
)

__all__ = [
    "Action",
    "CustomPostAction",
    "FileInformation",
    "FileKind",
    "Flow",
    "Group",
    "Interpreter",
    "InterpreterScope",
    "Label",
    "Loop",
    "MeasurementCall",
    "MeasurementParameter",
    "Other",
    "PostAction",
    "Property",
    "PropertyFile",
    "PythonArgument",
    "PythonCall",
    "PythonOperation",
    "PythonScope",
    "Scalar",
    "Sequence",
    "SequenceArgument",
    "SequenceCall",
    "SequenceFile",
    "Statement",
    "Step",
    "ThreadOption",
    "UpdatePinMap",
    "Wait",
    "WaitTarget",
]
