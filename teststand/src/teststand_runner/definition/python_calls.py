"""Calls of the Python adapter in a definition."""

from __future__ import annotations

from teststand_runner.definition.tables import Table
from teststand_runner.definition.tree import Expression, Path, Plain, objects, property_of
from teststand_runner.model import InterpreterScope, Property, PythonOperation, PythonScope

_RETURN_VALUE = "Return Value"
_DYNAMIC = 7.0
_SCOPES = {
    "thread": InterpreterScope.THREAD,
    "execution": InterpreterScope.EXECUTION,
    "global": InterpreterScope.GLOBAL,
}


def python_call_of(table: Table) -> Property:
    """Return the settings of the module of a step that calls a function.

    Raises:
        DefinitionError: A key is not what it has to be.
    """
    call: dict[str, Plain] = {
        **_interpreter(table),
        "InterpreterLocation": Expression(""),
        "CreateIfInterpreterDoesNotExist": True,
        "ModulePath": Path(table.name("python")),
        "OperationType": float(PythonOperation.CALL),
        "OperationScope": float(PythonScope.MODULE),
        "ClassName": "",
        "ClassInstanceLocation": Expression(""),
        "FunctionOrAttributeName": table.name("function"),
        "Parameters": objects("Parameters", _arguments(table)),
    }
    return property_of(
        "SData",
        {"PythonCall": property_of("PythonCall", call, class_name="CPythonCall")},
        class_name="CPythonModule",
        type_name="PythonStepAdditions",
    )


def _interpreter(table: Table) -> dict[str, Plain]:
    """Return which Python it runs in: as the adapter of the station has it, or as is said here."""
    own = "interpreter" in table
    settings = table.table("interpreter")
    scope = settings.choice("scope", tuple(_SCOPES), "global")
    found: dict[str, Plain] = {
        "UseAdapterSettingsForInterpreterSession": not own,
        "InterpreterSessionScope": float(_SCOPES[scope]),
        "PythonVersion": settings.text("version", ""),
        "PythonVirtualEnvironmentPath": settings.text("environment", ""),
    }
    settings.finish()
    return found


def _arguments(table: Table) -> list[Property]:
    returned = _argument(_RETURN_VALUE, table.text("store", ""))
    given = table.table("arguments").texts()
    return [returned, *(_argument(name, source) for name, source in given.items())]


def _argument(name: str, source: str) -> Property:
    said: dict[str, Plain] = {"Name": name, "Type": _DYNAMIC, "ArgumentValue": Expression(source)}
    return property_of("", said, class_name="CPythonParameter", type_name="NI_PythonParameter")
