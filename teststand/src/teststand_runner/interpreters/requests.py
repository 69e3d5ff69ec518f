"""What a step of the Python adapter asks an interpreter to do, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from teststand_runner.interpreters.child import codec
from teststand_runner.interpreters.contexts import Branch
from teststand_runner.interpreters.errors import ValueNotPassedError


@dataclass(frozen=True)
class ObjectHandle:
    """An object that an interpreter keeps until it ends, to be an argument or owner there again.

    Attributes:
        interpreter: Which interpreter; no two of a runner have the same number.
        number: Which of its objects.
        type_name: The name of its class, to be shown.
    """

    interpreter: int
    number: int
    type_name: str

    def __str__(self) -> str:
        return f"an object of type {self.type_name}, kept in the interpreter"


@dataclass(frozen=True)
class ModuleOwner:
    """A module, by the path of its file, or a class in it.

    Attributes:
        path: The file.
        class_name: The class; empty for the module itself.
    """

    path: Path
    class_name: str = ""


@dataclass(frozen=True)
class Request:
    """One thing to do.

    Attributes:
        operation: Call a function or method, create an instance of a class, get or set an
            attribute.
        owner: Where the name is: a module, a class, or an object.
        name: The function, method, class or attribute.
        arguments: The arguments in order; for `set` the one new value. Simple values, lists and
            tuples of these, handles of the same interpreter, and `Branch`es of the context.
    """

    operation: Literal["call", "create", "get", "set"]
    owner: ModuleOwner | ObjectHandle
    name: str
    arguments: tuple[object, ...] = ()

    @property
    def shown(self) -> str:
        """What it asks for, for a message: `module.py: function`."""
        owner = self.owner
        if isinstance(owner, ObjectHandle):
            return f"{owner.type_name}.{self.name}"
        return f"{owner.path.name}: {f'{owner.class_name}.{self.name}'.removeprefix('.')}"


@dataclass(frozen=True)
class Answer:
    """What came of it.

    Attributes:
        value: A simple value, a list or tuple of these, or a handle.
        output: What the user's code printed, the last lines of it.
    """

    value: object
    output: tuple[str, ...] = ()


def request_message(request: Request, number: int, interpreter: int) -> dict[str, Any]:
    """Return a request as it goes to an interpreter.

    Raises:
        ValueNotPassedError: An argument cannot go there.
    """
    owner = request.owner
    where: dict[str, Any]
    if isinstance(owner, ObjectHandle):
        where = refer(owner, interpreter)
    else:
        where = {"module": str(owner.path), "class": owner.class_name}
    arguments = [encoded(each, interpreter) for each in request.arguments]
    what = {"operation": request.operation, "name": request.name, "arguments": arguments}
    return {"id": number, **where, **what}


def encoded(value: object, interpreter: int) -> object:
    """Return a value as it goes to an interpreter.

    Raises:
        ValueNotPassedError: It cannot go there.
    """
    return codec.encode(value, lambda each: refer(each, interpreter))


def decoded(value: object, interpreter: int) -> object:
    """Return a value that came from an interpreter."""

    def found(reference: dict[str, Any]) -> object:
        if "member" in reference:
            return Branch(tuple(reference["member"]))
        return ObjectHandle(interpreter, reference["object"], reference["type"])

    return codec.decode(value, found)


def refer(value: object, interpreter: int) -> dict[str, Any]:
    """Return the reference of what does not go by value.

    Raises:
        ValueNotPassedError: There is none.
    """
    if isinstance(value, Branch):
        return {"member": list(value.path)}
    if not isinstance(value, ObjectHandle):
        kind = type(value).__name__
        raise ValueNotPassedError(f"A {kind} cannot be an argument of a Python step.")
    if value.interpreter != interpreter:
        raise ValueNotPassedError(
            f"This {value.type_name} is an object of another Python interpreter, or of one "
            "that has ended. Run both steps in one: give them the same interpreter scope."
        )
    return {"object": value.number, "type": value.type_name}
