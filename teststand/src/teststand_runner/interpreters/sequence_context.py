"""What steps see of TestStand through their sequence context."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from teststand_runner.expressions import Refusal, VariableScope, converted
from teststand_runner.expressions.scope import exists, insert, lookup
from teststand_runner.expressions.values import is_number, kind_of
from teststand_runner.interpreters.contexts import (
    Branch,
    MissingMemberError,
    Question,
    RefusedQuestionError,
)

_INSERT_IF_MISSING = 0x1
_SEARCHED = ("fileToFind", "absolutePath", "srchDirType", "searchDirectoryIndex", "userCancelled")

Properties = MutableMapping[str, Any]
Method = Callable[[Properties, "list[object]"], object]


class SequenceContextServer:
    """A `ContextServer` of variables, plain values and a search for files.

    The variables are those of the expressions: dicts, shared with them. Objects of variables have
    the methods of TestStand's PropertyObject that get, set and look for simple values. Names are
    found without regard to case, as COM does.

    Args:
        variables: The variables of each object: `{"Locals": {...}, "Execution.RunTimeVariables":
            {...}}`. The context itself has all of them.
        values: What else there is to read: `{"SequenceFile.Path": "..."}`.
        find_file: Returns where a file is, of a name or relative path; None if it is nowhere.
    """

    def __init__(
        self,
        variables: Mapping[str, Properties],
        values: Mapping[str, object],
        find_file: Callable[[str], Path | None],
    ) -> None:
        self._objects = {name.lower(): held for name, held in variables.items()}
        self._objects[""] = {name: held for name, held in variables.items() if "." not in name}
        self._values = {name.lower(): value for name, value in values.items()}
        self._find_file = find_file

    def answer(self, question: Question) -> object:
        """Return the value of a member, or of a call.

        Raises:
            MissingMemberError: There is no such member.
            RefusedQuestionError: It is not to be set or called, or takes no such arguments.
        """
        name = question.member.lower()
        if question.operation == "get" and name in self._values:
            return self._values[name]
        if not self._has(name):
            raise MissingMemberError(
                f"The sequence context has no {question.member} outside of TestStand."
            )
        if question.operation == "get":
            return Branch(question.path)
        if question.operation == "set":
            raise RefusedQuestionError(f"{question.member} is not to be set. Use SetVal...")
        return self._called(question)

    def _has(self, name: str) -> bool:
        holder, _, last = name.rpartition(".")
        if name in {"engine", "engine.findfileex"} or name in self._objects:
            return True
        if holder in self._objects and last in {*_METHODS, "aspropertyobject"}:
            return True
        known = {*self._objects, *self._values}
        return any(each.startswith(f"{name}.") for each in known)

    def _called(self, question: Question) -> object:
        holder, _, method = question.member.lower().rpartition(".")
        if question.member.lower() == "engine.findfileex":
            return self._found(question)
        if holder not in self._objects or method not in {*_METHODS, "aspropertyobject"}:
            raise RefusedQuestionError(f"{question.member} is not to be called.")
        if method == "aspropertyobject":
            return Branch(question.path[:-1])
        arguments = [*question.arguments, *question.keywords.values()]
        try:
            return _METHODS[method](self._objects[holder], arguments)
        except (Refusal, _UsageError) as error:
            raise RefusedQuestionError(f"{question.member}: {error}") from None

    def _found(self, question: Question) -> tuple[object, ...]:
        """Answer as COM does: whether it is there, then the arguments that come back."""
        given = dict(zip(_SEARCHED, question.arguments, strict=False))
        sought = {**given, **question.keywords}.get("fileToFind")
        if not isinstance(sought, str):
            raise RefusedQuestionError(f"{question.member} needs the name of a file to find.")
        found = self._find_file(sought)
        return (found is not None, "" if found is None else str(found), 0, 0, False)


class _UsageError(Exception):
    """A method does not take these arguments."""


def _name_and_options(arguments: list[object], count: int) -> tuple[str, int]:
    if len(arguments) != count:
        raise _UsageError(f"It takes {count} arguments, not {len(arguments)}.")
    name, options = arguments[0], arguments[1]
    if not isinstance(name, str) or not is_number(options):
        raise _UsageError("It takes the name of a property and its options as a number.")
    return name, int(options)


def _exists(properties: Properties, arguments: list[object]) -> bool:
    name, _ = _name_and_options(arguments, 2)
    return exists(VariableScope(properties), lookup(name))


def _getter(fits: Callable[[object], bool], kind: str) -> Method:
    def get(properties: Properties, arguments: list[object]) -> object:
        name, _ = _name_and_options(arguments, 2)
        value = VariableScope(properties).get(lookup(name))
        if not fits(value):
            raise _UsageError(f"{name} is {kind_of(value)}, not {kind}.")
        return float(value) if is_number(value) else value

    return get


def _setter(fits: Callable[[object], bool], kind: str) -> Method:
    def set_(properties: Properties, arguments: list[object]) -> None:
        name, options = _name_and_options(arguments, 3)
        path, value = lookup(name), arguments[2]
        if not fits(value):
            raise _UsageError(f"The value is {kind_of(value)}, not {kind}.")
        scope = VariableScope({"": properties})
        if exists(scope, ("", *path)):
            old = scope.get(("", *path))
            if not fits(old):
                raise _UsageError(f"{name} is {kind_of(old)}, not {kind}.")
            scope.set(("", *path), converted(value, old))
        elif options & _INSERT_IF_MISSING:
            insert(properties, path, float(value) if is_number(value) else value)
        else:
            raise _UsageError(f"There is no {name}. Its option 1 inserts it.")

    return set_


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


_METHODS: dict[str, Method] = {
    "exists": _exists,
    "getvalstring": _getter(_is_text, "a string"),
    "setvalstring": _setter(_is_text, "a string"),
    "getvalnumber": _getter(is_number, "a number"),
    "setvalnumber": _setter(is_number, "a number"),
    "getvalboolean": _getter(_is_boolean, "a Boolean"),
    "setvalboolean": _setter(_is_boolean, "a Boolean"),
}
