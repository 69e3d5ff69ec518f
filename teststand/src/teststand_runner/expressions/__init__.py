"""TestStand's expression language, the simple kinds: read, checked and evaluated.

`parse` refuses what is no expression or is not supported; `evaluate` computes with the properties
of a scope. Nothing here reads files, waits, or evaluates Python.
"""

from teststand_runner.expressions.errors import ExpressionError, Refusal
from teststand_runner.expressions.evaluation import assign, evaluate
from teststand_runner.expressions.names import UsedName, names_in
from teststand_runner.expressions.nodes import Expression
from teststand_runner.expressions.parser import parse, parse_target
from teststand_runner.expressions.rendering import render
from teststand_runner.expressions.scope import Path, Scope, VariableScope
from teststand_runner.expressions.values import UInt64, converted

__all__ = [
    "Expression",
    "ExpressionError",
    "Path",
    "Refusal",
    "Scope",
    "UInt64",
    "UsedName",
    "VariableScope",
    "assign",
    "converted",
    "evaluate",
    "names_in",
    "parse",
    "parse_target",
    "render",
]
