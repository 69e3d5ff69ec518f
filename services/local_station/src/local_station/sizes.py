"""How large requests and answers may be: one of them must not take the memory or time of all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol, TypeVar

from session_sharing.errors import InvalidRequestError, TooLargeError
from session_sharing.service.hosting import SERVER_OPTIONS

MAX_ITEMS = 100_000
"""How many names, sites or sessions a request may have: no pin map has more."""

MAX_ANSWER = dict(SERVER_OPTIONS)["grpc.max_send_message_length"]
"""How large an answer may be, in bytes: gRPC would fail with it after all has been done."""


class Message(Protocol):
    """What is sent."""

    def ByteSize(self) -> int:
        """Return how many bytes it takes."""


M = TypeVar("M", bound=Message)


def check_number(what: str, items: Collection[object]) -> None:
    """Refuse a request that has too many of something.

    Raises:
        InvalidRequestError: It has.
    """
    if len(items) > MAX_ITEMS:
        raise InvalidRequestError(
            f"The request has {len(items)} {what}; {MAX_ITEMS} are allowed. Nothing was done. "
            "Name each once, or use several calls."
        )


def counted(parts: Iterable[M], limit: int = MAX_ANSWER) -> Iterator[M]:
    """Yield parts of an answer until they are too large together, before they take the memory.

    Args:
        parts: The parts; each is made when its turn comes.
        limit: How large they may be together, in bytes.

    Raises:
        TooLargeError: They are larger.
    """
    size = 0
    for part in parts:
        size += part.ByteSize()
        if size > limit:
            raise _too_large(size, limit)
        yield part


def checked(answer: M, limit: int = MAX_ANSWER) -> M:
    """Return an answer that can be sent.

    Raises:
        TooLargeError: It is larger than `limit`, in bytes.
    """
    size = answer.ByteSize()
    if size > limit:
        raise _too_large(size, limit)
    return answer


def _too_large(size: int, limit: int) -> TooLargeError:
    return TooLargeError(
        f"The answer would have {size} bytes or more; the station sends {limit} at most. Nothing "
        "was done. Ask for less: fewer pins, groups and sites, or one instrument type.",
        size=size,
        limit=limit,
    )
