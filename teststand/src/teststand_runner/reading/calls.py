"""From the settings of a step's module to what it calls."""

from __future__ import annotations

from teststand_runner.model.calls import (
    Interpreter,
    PythonArgument,
    PythonCall,
    SequenceArgument,
    SequenceCall,
)
from teststand_runner.reading.looking import Look

RETURN_VALUE = "Return Value"


def read_python_call(look: Look) -> PythonCall:
    """Return what a step calls by the Python adapter.

    Raises:
        UnexpectedPropertyError: A property is missing, or of another kind.
    """
    arguments = tuple(_argument(each) for each in look.elements("Parameters"))
    returned = next((each for each in arguments[:1] if each.name == RETURN_VALUE), None)
    return PythonCall(
        module=look.text("ModulePath"),
        operation=look.integer("OperationType"),
        scope=look.integer("OperationScope"),
        class_name=look.text("ClassName", ""),
        instance_location=look.text("ClassInstanceLocation", ""),
        member=look.text("FunctionOrAttributeName"),
        return_value=returned,
        arguments=arguments[1:] if returned else arguments,
        interpreter=_interpreter(look),
    )


def _argument(look: Look) -> PythonArgument:
    return PythonArgument(look.text("Name"), look.text("ArgumentValue"), look.integer("Type"))


def _interpreter(look: Look) -> Interpreter:
    return Interpreter(
        from_adapter=look.truth("UseAdapterSettingsForInterpreterSession"),
        scope=look.integer("InterpreterSessionScope"),
        version=look.text("PythonVersion", ""),
        virtual_environment=look.text("PythonVirtualEnvironmentPath", ""),
        location=look.text("InterpreterLocation", ""),
        creates=look.truth("CreateIfInterpreterDoesNotExist", True),
    )


def read_sequence_call(look: Look) -> SequenceCall:
    """Return what a step calls as a sequence.

    Raises:
        UnexpectedPropertyError: A property is missing, or of another kind.
    """
    return SequenceCall(
        use_current_file=look.truth("UseCurFile"),
        file=look.text("SFPath"),
        file_expression=look.text("SFPathExpr", ""),
        sequence=look.text("SeqName"),
        sequence_expression=look.text("SeqNameExpr", ""),
        by_expression=look.truth("SpecifyByExpr", False),
        thread=look.integer("ThreadOpt"),
        waits_at_end=look.truth("AutoWaitAsync", True),
        suspended=look.truth("CreateThreadSuspended", False),
        thread_expression=look.text("AsyncThreadExpr", ""),
        remote=look.truth("RemoteExecution", False),
        arguments=_sequence_arguments(look),
    )


def _sequence_arguments(look: Look) -> tuple[SequenceArgument, ...]:
    held = look.maybe("ActualArgs")
    if held is None:
        return ()
    return tuple(_sequence_argument(held.at(name)) for name in held.property.properties)


def _sequence_argument(look: Look) -> SequenceArgument:
    return SequenceArgument(
        name=look.property.name,
        use_default=look.truth("UseDef", False),
        expression=look.text("Expr", ""),
        type=look.integer("ParamType", 0),
    )
