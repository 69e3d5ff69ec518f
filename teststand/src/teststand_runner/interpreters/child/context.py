"""The stand-in for TestStand's SequenceContext: what the runner has of it."""

from __future__ import annotations

from typing import Any

from . import codec
from .channel import Channel


class Member:
    """The sequence context, or an object or method below it.

    Each access asks the runner while the step runs. What the runner does not have raises
    AttributeError; what it refuses, RuntimeError. Any thread of the step's may use it.
    """

    __slots__ = ("_channel", "_path", "_step")

    _channel: Channel
    _path: tuple[str, ...]
    _step: int

    def __init__(self, channel: Channel, step: int, path: tuple[str, ...]) -> None:
        object.__setattr__(self, "_channel", channel)
        object.__setattr__(self, "_step", step)
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # Python's own questions, as copy's and pickle's
            raise AttributeError(name)
        return self._ask("get", (*self._path, name))

    def __setattr__(self, name: str, value: object) -> None:
        self._ask("set", (*self._path, name), (value,))

    def __call__(self, *arguments: object, **keywords: object) -> object:
        """Call it, if it is a method."""
        return self._ask("call", self._path, arguments, keywords)

    def __repr__(self) -> str:
        return f"<{'.'.join(('SequenceContext', *self._path))}>"

    def _ask(
        self,
        operation: str,
        path: tuple[str, ...],
        arguments: tuple[object, ...] = (),
        keywords: dict[str, object] | None = None,
    ) -> object:
        question: dict[str, Any] = {
            "step": self._step,
            "operation": operation,
            "path": list(path),
            "arguments": [codec.encode(each, _refer) for each in arguments],
            "keywords": {
                name: codec.encode(each, _refer) for name, each in (keywords or {}).items()
            },
        }
        answer = self._channel.ask(question)
        if "missing" in answer:
            raise AttributeError(answer["missing"])
        if "refused" in answer:
            raise RuntimeError(answer["refused"])
        return codec.decode(answer["value"], self._found)

    def _found(self, reference: dict[str, Any]) -> object:
        if "member" not in reference:
            raise _refusal(f"A {reference.get('type', 'reference')}")
        return Member(self._channel, self._step, tuple(reference["member"]))


def _refer(value: object) -> dict[str, Any]:
    if isinstance(value, Member):
        return {"member": list(value._path)}
    raise _refusal(f"A {type(value).__name__}")


def _refusal(what: str) -> TypeError:
    return TypeError(
        f"{what} cannot go between a step and its sequence context. Use a number, a string, a "
        "Boolean, None, or a list of these."
    )
