"""Questions of the user's code to its sequence context, and the answers, as they go over."""

from __future__ import annotations

from typing import Any

from teststand_runner.interpreters.contexts import (
    ContextServer,
    MissingMemberError,
    Question,
    RefusedQuestionError,
)
from teststand_runner.interpreters.errors import ValueNotPassedError
from teststand_runner.interpreters.requests import decoded, encoded


def reply(message: dict[str, Any], context: ContextServer, interpreter: int) -> dict[str, Any]:
    """Return the answer to a question, for the interpreter that has asked it."""
    question = Question(
        message["operation"],
        tuple(message["path"]),
        tuple(decoded(each, interpreter) for each in message["arguments"]),
        {name: decoded(each, interpreter) for name, each in message["keywords"].items()},
    )
    try:
        said = {"value": encoded(context.answer(question), interpreter)}
    except MissingMemberError as error:
        said = {"missing": str(error)}
    except (RefusedQuestionError, ValueNotPassedError) as error:
        said = {"refused": str(error)}
    return {"answer": message["ask"], **said}
