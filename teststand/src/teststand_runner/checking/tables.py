"""Which properties the runner knows, and what becomes of them.

What a step, a sequence or the file says in a property that is in none of these tables is refused,
unless it is empty, false or zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Demand(NamedTuple):
    """The values that a property may have.

    Attributes:
        values: They.
        meaning: What it would have the runner do otherwise, to be read behind "does not".
    """

    values: tuple[object, ...]
    meaning: str


class Tables(NamedTuple):
    """What becomes of the properties of something.

    Attributes:
        honoured: Those that the runner honours, and those that are harmless.
        below: What these begin with is harmless, or looked at elsewhere.
        demands: Those that may have some values only.
    """

    honoured: frozenset[str]
    below: tuple[str, ...]
    demands: Mapping[str, Demand]


HONOURED = frozenset(
    {
        *("TS.Id", "TS.Mode", "TS.PreCond", "TS.PreExpr", "TS.PostExpr", "TS.StatusExpr"),
        *("TS.LoopType", "TS.LoopInitialize", "TS.LoopWhile", "TS.LoopIncrement", "TS.LoopStatus"),
        *("TS.PassAct", "TS.PassActTarget", "TS.FailAct", "TS.FailActTarget"),
        *("TS.CustExpr", "TS.CustTrueAct", "TS.CustTrueActTarget"),
        *("TS.CustFalseAct", "TS.CustFalseActTarget"),
        *("TS.ResultOption", "TS.StepFCSeqF", "TS.IgnoreRTE"),
    }
)
"""What the settings of every step say, and the runner does."""

HARMLESS = frozenset(
    {
        # What the editor shows and lets be changed.
        *("TS.Icon", "TS.CanEditCode", "TS.CanEditModulePrototype", "TS.CanSpecifyModule"),
        *("TS.CanEditParameterAdditionalResults", "TS.Requirements.Links"),
        # When modules are loaded: here, when they are called.
        *("TS.LoadOpt", "TS.UnloadOpt"),
        # What holds only together with a setting that is demanded below.
        *("TS.MutexNameOrRef", "TS.RouteGroupConnect", "TS.RouteGroupDisconnect"),
        *("TS.VirtualDeviceName", "TS.ConnectionLifetime", "TS.MulticonnectMode"),
        *("TS.OperationOrder", "TS.SwitchOperation", "TS.WaitForDebounce"),
        # Of sequences that a batch model runs: there is no model here.
        "TS.BatchSyncOpt",
        "Result.Common",
        "Result.Status",
        "Result.ReportText",
        "Result.Error.Code",
        "Result.Error.Msg",
        "Result.Error.Occurred",
    }
)
"""What may say anything, as it changes nothing in what the runner does."""

HARMLESS_BELOW = ("TS.AdditionalResultsHints",)
"""Below these, everything is harmless."""

DEMANDED: Mapping[str, Demand] = {
    "TS.LoopOpt": Demand((0,), "choose which results of a loop are recorded: it records all"),
    "TS.PrecondIntExe": Demand((0,), "treat preconditions of interactive executions otherwise"),
    "TS.SwitchEnabled": Demand((False,), "switch routes"),
    "TS.UseMutex": Demand((False,), "lock steps"),
    "TS.WindowActivation": Demand(("None", ""), "move windows"),
    "TS.CustomResults": Demand(((),), "record additional results"),
}
"""What the settings of every step may say."""

_ARGUMENT = "TS.SData.PythonCall.Parameters[]"
_PARAMETER = "Measurement.Parameters[]"

HONOURED_BY_KIND: Mapping[str, frozenset[str]] = {
    "PythonCall": frozenset(
        f"TS.SData.PythonCall.{name}"
        for name in (
            *("UseAdapterSettingsForInterpreterSession", "InterpreterSessionScope"),
            *("PythonVersion", "PythonVirtualEnvironmentPath", "InterpreterLocation"),
            *("ModulePath", "OperationType", "OperationScope", "ClassName"),
            *("ClassInstanceLocation", "FunctionOrAttributeName", "Parameters"),
            *("Parameters[].Name", "Parameters[].Type", "Parameters[].ArgumentValue"),
            # A copy for the editor, and which values reports show: here all.
            *("Parameters[].ArgumentDisplayValue",),
            *("Parameters[].AdditionalResults.Input.CheckedState",),
            *("Parameters[].AdditionalResults.Input.Flags",),
            *("Parameters[].AdditionalResults.Output.CheckedState",),
            *("Parameters[].AdditionalResults.Output.Flags",),
        )
    ),
    "MeasurementCall": frozenset(
        {
            "InstrumentStepDescription",
            "Measurement.Name",
            "Measurement.Version",
            "Measurement.Parameters",
            *(
                f"{_PARAMETER}.{name}"
                for name in (
                    *("Name", "Direction", "ID", "Type", "Dimension", "TypeSpecialization"),
                    *("ArgumentValue", "Log", "MessageType", "EnumDefinition", "EnumDefinition[]"),
                )
            ),
        }
    ),
    "UpdatePinMap": frozenset({"PinMapPath"}),
    "SequenceCall": frozenset(
        {
            *(f"TS.SData.{name}" for name in ("SFPath", "SeqName", "UseCurFile", "ThreadOpt")),
            *(f"TS.SData.{name}" for name in ("SpecifyByExpr", "SFPathExpr", "SeqNameExpr")),
            *(f"TS.SData.{name}" for name in ("AutoWaitAsync", "RemoteExecution", "RemoteHost")),
            *(f"TS.SData.{name}" for name in ("CreateThreadSuspended", "AsyncThreadExpr")),
            # For the editor, for COM, of new executions, or of what is demanded otherwise.
            *(f"TS.SData.{name}" for name in ("UsePrototype", "AsyncApartmentThreaded", "Trace")),
            *(f"TS.SData.{name}" for name in ("ExecModelOpt", "ExecModelPath", "ExecTypeMask")),
            *(f"TS.SData.{name}" for name in ("ExecModelPathExpr", "ExecTypeMaskExpr")),
            *(f"TS.SData.{name}" for name in ("ExecBreakOnEntryExpr", "ExecSync")),
            *(f"TS.SData.{name}" for name in ("CustomThreadAffinity", "RemoteHostExpr")),
            *(f"TS.SData.{name}" for name in ("SpecifyHostByExpr", "ActualArgs", "Prototype")),
        }
    ),
    "Wait": frozenset(
        {
            *("WaitForTarget", "TimeExpr", "SpecifyBySeqCall", "SeqCallName"),
            *("SeqCallStepGroupIdx", "ThreadRefExpr", "ExecutionRefExpr"),
            *("TimeoutEnabled", "TimeoutExpr", "ErrorOnTimeout", "Result.TimeoutOccurred"),
        }
    ),
    "Statement": frozenset(),
    "Label": frozenset({"Description"}),
    "Flow": frozenset({"ConditionExpr", "InitializationExpr", "IncrementExpr"}),
}
"""What the steps of a kind say besides, and the runner does, or what is harmless in them."""

DEMANDED_BY_KIND: Mapping[str, Mapping[str, Demand]] = {
    "PythonCall": {
        "TS.SData.PythonCall.CreateIfInterpreterDoesNotExist": Demand(
            (True,), "look for an interpreter that somebody else has made"
        ),
        "TS.SData.PythonCall.DefaultParamCategoryForArray": Demand(
            (5,), "hand over arrays as anything but lists"
        ),
        f"{_ARGUMENT}.AdditionalResults.Input.Condition": Demand(
            ("",), "record arguments on a condition"
        ),
        f"{_ARGUMENT}.AdditionalResults.Output.Condition": Demand(
            ("",), "record arguments on a condition"
        ),
    },
    "MeasurementCall": {
        f"{_PARAMETER}.ChannelName": Demand(("",), "know what a channel name is for"),
        f"{_PARAMETER}.AttributeId": Demand(("",), "know what an attribute id is for"),
    },
    "SequenceCall": {
        "TS.SData.IgnoreTerminate": Demand((False,), "go on when the execution is terminated"),
        "TS.SData.ThreadAffinityOption": Demand((0,), "bind threads to processors"),
    },
}
"""What the steps of a kind may say besides."""

BELOW_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "SequenceCall": ("TS.SData.ActualArgs.", "TS.SData.Prototype."),
}
"""Below these, everything is looked at where arguments are, or is a copy for the editor."""

OF_SEQUENCES = Tables(
    frozenset(
        {
            *("RecordResults", "Requirements.Links", "Parameters", "Locals"),
            *("Setup", "Main", "Cleanup"),
            # Of entry points and callbacks, which the type demands it not to be.
            *("RTS.CopyStepsOnOverriding", "RTS.EPCheckToSaveTitledFile", "RTS.EPEnabledExpr"),
            *("RTS.EPIgnoreClient", "RTS.EPInitiallyHidden", "RTS.EPMenuHint", "RTS.EPNameExpr"),
            *("RTS.AllowIntExeOfEP", "RTS.ShowEPAlways", "RTS.ShowEPForEditorOnly"),
            *("RTS.ShowEPForExeWin", "RTS.ShowEPForFileWin"),
            # How fast it is called.
            *("RTS.OptimizeNonReentrantCalls", "RTS.Priority"),
        }
    ),
    ("Parameters.", "Locals.", "Setup[].", "Main[].", "Cleanup[]."),
    {
        "FailureAction": Demand((0, 1, 2), "know this action on failure"),
        "RTS.Type": Demand((0,), "run callbacks and entry points"),
    },
)
"""The properties of a sequence; its variables and steps are looked at elsewhere."""

CALLBACKS = frozenset(
    f"sequencefile{name}"
    for name in (
        *("load", "unload", "prestep", "poststep", "preinteractive", "postinteractive"),
        *("postresultlistentry", "poststepfailure", "poststepruntimeerror"),
    )
)
"""The names of sequences, in small letters, that TestStand's engine runs by itself."""

CALLBACK_TYPES = (1, 7)
"""The types (`RTS.Type`) of sequences that a process model, or the engine, runs by itself."""

OF_FILES = Tables(
    frozenset(
        {
            *("Seq", "FileGlobalDefaults", "Version", "Requirements.Links"),
            # When modules are loaded, and of process models, which do not run here.
            *("LoadOpt", "UnloadOpt", "BatchSync", "ModelFile"),
        }
    ),
    ("Seq[].", "FileGlobalDefaults."),
    {
        "Type": Demand((0,), "run process models and callbacks"),
        "ModelOption": Demand((0, 1), "run the process model that the file requires"),
        "SFGlobalsScope": Demand((0,), "share file globals between executions"),
    },
)
"""The properties of a file; its sequences and globals are looked at elsewhere."""
