"""Client processes that call one record at a time, for as long as they are told, all at once."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timezone
from types import TracebackType

from bench import samples
from bench.measuring import Slice, repeat
from bench.nothing import nothing_call
from json_logger import JsonLoggerClient
from session_sharing.records import Record, RecordLimits, encode_batches
from session_sharing.wire.generated import records_pb2

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

ANSWER_SECONDS = 60.0
END_SECONDS = 10.0
NOTHING, OS, DISK = "does nothing", "os", "disk"
"""What is called: the server that does nothing, and the logger with its levels."""


class Clients:
    """Some client processes; as a context manager it starts and ends them.

    Used by one thread.

    Args:
        count: How many.
        logger: host:port of the logger.
        nothing: host:port of the server that does nothing.
    """

    def __init__(self, count: int, logger: str, nothing: str) -> None:
        self._count = count
        self._addresses = {NOTHING: nothing, OS: logger, DISK: logger}
        self._stack = ExitStack()
        self._pipes: list[Connection] = []

    def run(self, target: str, seconds: float) -> list[Slice]:
        """Let all call the target at once; return what each of them met.

        Raises:
            RuntimeError: A client has ended, or does not answer.
        """
        for pipe in self._pipes:
            pipe.send((target, seconds))
        return [_answer(pipe) for pipe in self._pipes]

    def __enter__(self) -> Clients:
        with ExitStack() as stack:
            for number in range(self._count):
                self._pipes.append(_start(number, self._addresses, stack))
            for pipe in self._pipes:
                _answer(pipe)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()


def _start(number: int, addresses: Mapping[str, str], stack: ExitStack) -> Connection:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(
        target=_serve, args=(theirs, dict(addresses)), name=f"client {number}", daemon=True
    )
    process.start()
    theirs.close()
    stack.callback(process.join, END_SECONDS)
    stack.callback(ours.close)
    return ours


def _answer(pipe: Connection) -> Slice:
    if not pipe.poll(ANSWER_SECONDS):
        raise RuntimeError(f"A client process did not answer within {ANSWER_SECONDS} s.")
    try:
        answer: Slice = pipe.recv()
    except EOFError as error:
        raise RuntimeError("A client process has ended; its error stands above.") from error
    return answer


def _serve(pipe: Connection, addresses: Mapping[str, str]) -> None:
    """Do what the pipe tells until it ends: the main function of a client process."""
    with ExitStack() as stack:
        calls = {target: _call(target, address, stack) for target, address in addresses.items()}
        for call in calls.values():
            call()
        pipe.send(None)
        while True:
            try:
                target, seconds = pipe.recv()
            except EOFError:
                return
            pipe.send(repeat(calls[target], seconds))


def _call(target: str, address: str, stack: ExitStack) -> Callable[[], object]:
    values = samples.small(1)
    if target == NOTHING:
        return nothing_call(address, _request())
    client = JsonLoggerClient(f"{target}.ndjson", address=address, ack=target)
    stack.enter_context(client)
    return lambda: client.log(samples.NAME, *values)


def _request() -> records_pb2.LogRecordsRequest:
    """Return a request that is as big as the logger's."""
    now = datetime.now(timezone.utc)
    batch = next(encode_batches([Record(samples.NAME, *samples.small(1), now)], RecordLimits()))
    request = records_pb2.LogRecordsRequest(count=1, first_record_number=1)
    request.attachment.session_name = 32 * "x"
    request.attachment.attachment_id = 32 * "x"
    request.records_json = batch.records_json
    return request
