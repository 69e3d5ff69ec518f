"""Steps that evaluate an expression."""

from __future__ import annotations

from teststand_runner.model import Statement
from teststand_runner.running.done import Done
from teststand_runner.running.evaluating import value_in
from teststand_runner.running.step_context import StepContext


def run_statement(context: StepContext, statement: Statement) -> Done:
    """Evaluate the expression of a statement.

    Raises:
        ExpressionError: It cannot be evaluated.
    """
    value_in(context.scope, statement.expression)
    return Done()
