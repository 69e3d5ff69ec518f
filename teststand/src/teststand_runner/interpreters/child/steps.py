"""What one request asks for, done."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import codec
from .channel import Channel
from .context import Member
from .modules import Modules

_FRAMES = 20
_TEXT = 8000
_OWN = str(Path(__file__).parent)


class Steps:
    """The modules and objects that steps have made; belongs to the main thread.

    Args:
        channel: Where sequence contexts ask.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._modules = Modules()
        self._objects: list[object] = []
        self._operations: dict[str, Callable[[Any, str, list[Any]], object]] = {
            "call": lambda owner, name, arguments: getattr(owner, name)(*arguments),
            "create": lambda owner, name, arguments: getattr(owner, name)(*arguments),
            "get": lambda owner, name, _: getattr(owner, name),
            "set": lambda owner, name, arguments: setattr(owner, name, arguments[0]),
        }

    def perform(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request, also if the user's code raises."""
        number: int = request["id"]
        try:
            return {"id": number, "value": self._result(request)}
        except BaseException as error:  # noqa: BLE001 - it is what the step has to report
            return {"id": number, "raised": described(error)}

    def _result(self, request: dict[str, Any]) -> object:
        def found(reference: dict[str, Any]) -> object:
            if "member" in reference:
                return Member(self._channel, request["id"], tuple(reference["member"]))
            return self._objects[reference["object"]]

        arguments = [codec.decode(each, found) for each in request["arguments"]]
        operation = self._operations[request["operation"]]
        value = operation(self._owner(request), request["name"], arguments)
        if request["operation"] == "create":  # an object, though it may derive from a number
            return self._kept(value)
        return codec.encode(value, self._kept)

    def _owner(self, request: dict[str, Any]) -> object:
        if "object" in request:
            return self._objects[request["object"]]
        owner: object = self._modules.load(request["module"])
        for name in filter(None, request["class"].split(".")):
            owner = getattr(owner, name)
        return owner

    def _kept(self, value: object) -> dict[str, Any]:
        self._objects.append(value)
        return {"object": len(self._objects) - 1, "type": type(value).__name__}


def described(error: BaseException) -> dict[str, str]:
    """Return what the runner is to know of an exception."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN):
        trace = trace.tb_next  # Where the user's code begins.
    lines = traceback.format_exception(type(error), error, trace, limit=-_FRAMES)
    return {
        "type": type(error).__name__,
        "text": _text(error)[:_TEXT],
        "traceback": "".join(lines)[-_TEXT:],
    }


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as another:  # noqa: BLE001 - the user's own __str__
        return f"<no text: its __str__ raises {type(another).__name__}>"
