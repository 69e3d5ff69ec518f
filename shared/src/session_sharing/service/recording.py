"""What the servicers of recording services have in common: from requests to what is stored."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Generic, Protocol, TypeVar

from session_sharing.errors import InternalError, InvalidRequestError, SharingError
from session_sharing.records import (
    AckLevel,
    Acknowledged,
    RecordContext,
    SiteContexts,
    context_to_text,
)
from session_sharing.service.answering import Answering
from session_sharing.service.chain import Chain, ChainLink
from session_sharing.service.conversion import Conversion
from session_sharing.service.rpc import SessionRpc
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import context_from_wire, level_from_wire, level_to_wire
from session_sharing.wire.status import error_to_status


class Recorder(Protocol):
    """What is needed of the handle of an open resource that records go to."""

    @property
    def contexts(self) -> SiteContexts:
        """What records of the session inherit; set on the event loop alone."""
        ...


H = TypeVar("H", bound=Recorder)
T = TypeVar("T")


@dataclass(frozen=True)
class Brought(Generic[T]):
    """What a request brought.

    Attributes:
        content: What its records were converted to.
        attachment_id: Which attachment they belong to.
        first_number: The number of the first of them; 0 if the client does not count.
        last_number: The number of the last of them; 0 if the client does not count.
        link: Its place behind others that have to be stored before it; None if none has.
    """

    content: T
    attachment_id: str
    first_number: int
    last_number: int
    link: ChainLink | None = None


Store = Callable[[H, Brought[T], AckLevel], Awaitable[Acknowledged]]
"""Stores with a handle what a request brought; begins when it is called. Tells what was reached."""

ConvertBatch = Callable[[bytes, int, datetime, SiteContexts], T]
"""Turns so many records, encoded in JSON, into what is stored."""

_LAST_NUMBER = 2**64 - 1


class RecordingRpc(Generic[H, T]):
    """Serves the RPCs by which records come in, and what they inherit.

    Args:
        sessions: Serves the messages of sessions.
        conversion: Converts requests, within limits; shared with the service's other doors.
        default_level: The acknowledgement level for those who name none.
        store: Stores what a request was converted to.
        check_context: Raises a `SharingError` for a context that no record could be stored with, so
            that whoever sets it is told, and not everybody who logs then.
    """

    def __init__(
        self,
        sessions: SessionRpc[H],
        conversion: Conversion,
        default_level: AckLevel,
        store: Store[H, T],
        check_context: Callable[[RecordContext], None] | None = None,
    ) -> None:
        self._sessions = sessions
        self._conversion = conversion
        self._default_level = default_level
        self._store = store
        self._check_context = check_context

    async def log_record(
        self,
        request: records_pb2.LogMeasurementDataRequest,
        convert: Callable[[records_pb2.Record, datetime, SiteContexts], T],
    ) -> records_pb2.LogMeasurementDataResponse:
        """Store one record.

        Args:
            request: The record.
            convert: Turns it into what is stored; it is given the time now, and what records of the
                session inherited when the request came. It may be called in a thread.

        Raises:
            SharingError: The record was refused, or the session is not open for this attachment.
        """
        level = level_from_wire(request.acknowledgement, self._default_level)
        async with self._sessions.use(request.attachment) as handle:
            contexts = handle.contexts.snapshot()  # What is set while it waits is for others.
            converted = await self._conversion.run(
                request.ByteSize(), lambda: convert(request.record, _now(), contexts)
            )
            number = request.record_number
            brought = Brought(converted, request.attachment.attachment_id, number, number)
            reached = await self._store(handle, brought, level)
            self._sessions.stored(request.attachment, request.record_number)
        return records_pb2.LogMeasurementDataResponse(
            acknowledgement=level_to_wire(reached.level), spooled=reached.spooled
        )

    async def log_records(
        self,
        request: records_pb2.LogRecordsRequest,
        convert: ConvertBatch[T],
    ) -> records_pb2.LogRecordsResponse:
        """Store many records: all, or none.

        Args:
            request: The records.
            convert: Turns so many records, encoded in JSON, into what is stored; it is given the
                time now, and what records of the session inherited when the request came. It may be
                called in a thread.

        Raises:
            SharingError: They were refused, or the session is not open for this attachment.
        """
        async with self._sessions.use(request.attachment) as handle:
            contexts = handle.contexts.snapshot()
            reached = await self._store(*await self._brought(request, convert, handle, contexts))
            self._sessions.stored(request.attachment, last_number(request))
        return records_pb2.LogRecordsResponse(
            acknowledgement=level_to_wire(reached.level), spooled=reached.spooled
        )

    async def stream_records(
        self, requests: AsyncIterator[records_pb2.LogRecordsRequest], convert: ConvertBatch[T]
    ) -> AsyncGenerator[records_pb2.StreamRecordsResponse, None]:
        """Store many records for each request of a stream; yield an answer for each.

        Behind a request that is refused nothing is stored, and the stream ends with its answer.

        Args:
            requests: The requests.
            convert: As for `log_records`.
        """
        chain = Chain()
        answering: Answering[records_pb2.LogRecordsRequest, records_pb2.StreamRecordsResponse] = (
            Answering(
                read=lambda: self._sessions.next_request(requests),
                answer=lambda request: self._answer(request, convert, chain),
                goes_on=lambda request: request.more_follows,
                is_last=lambda answer: answer.HasField("refusal"),
            )
        )
        async with aclosing(answering.answers()) as answers:
            async for answer in answers:
                yield answer

    async def _answer(
        self, request: records_pb2.LogRecordsRequest, convert: ConvertBatch[T], chain: Chain
    ) -> records_pb2.StreamRecordsResponse:
        first, link = request.first_record_number, chain.link()
        try:
            async with self._sessions.use(request.attachment) as handle:
                contexts = handle.contexts.snapshot()
                async with chain.turn:
                    brought = await self._brought(request, convert, handle, contexts, link)
                    storing = self._store(*brought)
                reached = await storing
                self._sessions.stored(request.attachment, last_number(request))
        except SharingError as error:
            link.fail(error)
            refusal = error_to_status(error)
            return records_pb2.StreamRecordsResponse(first_record_number=first, refusal=refusal)
        except BaseException:
            link.fail(InternalError("A request before it was broken off: nothing was stored."))
            raise
        return records_pb2.StreamRecordsResponse(
            first_record_number=first,
            acknowledgement=level_to_wire(reached.level),
            spooled=reached.spooled,
        )

    async def _brought(
        self,
        request: records_pb2.LogRecordsRequest,
        convert: ConvertBatch[T],
        handle: H,
        contexts: SiteContexts,
        link: ChainLink | None = None,
    ) -> tuple[H, Brought[T], AckLevel]:
        """Return what is to be stored of a request, and where, and how safe it has to be."""
        if link is not None and link.failure is not None:
            raise copy.copy(link.failure)
        level = level_from_wire(request.acknowledgement, self._default_level)
        last = last_number(request)
        records_json = request.records_json  # Each access makes a copy.
        converted = await self._conversion.run(
            len(records_json), lambda: convert(records_json, request.count, _now(), contexts)
        )
        first = request.first_record_number
        attachment_id = request.attachment.attachment_id
        return handle, Brought(converted, attachment_id, first, last, link), level

    async def set_context(
        self, request: records_pb2.SetContextRequest
    ) -> records_pb2.SetContextResponse:
        """Set what records of a site, or of all, inherit from now on, also after a restart.

        Raises:
            SharingError: The context was refused, or the session is not open for this attachment.
        """
        async with self._sessions.use(request.attachment) as handle:
            context = context_from_wire(request.context)
            if self._check_context is not None:
                self._check_context(context)
            handle.contexts.set(context)
            text = context_to_text(context)
            await self._sessions.keep_context(request.attachment, context.site, text)
        return records_pb2.SetContextResponse()


def last_number(request: records_pb2.LogRecordsRequest) -> int:
    """Return the number of the last record, 0 if the client does not count.

    Raises:
        InvalidRequestError: It is no number of 64 bits.
    """
    first = request.first_record_number
    last = first + request.count - 1 if first else 0
    if last > _LAST_NUMBER:
        raise InvalidRequestError(
            f"The last of {request.count} records from number {first} on would need more than 64 "
            "bits. Number the records of an attachment from 1."
        )
    return last


def _now() -> datetime:
    return datetime.now(timezone.utc)
