"""How clients come by sessions: who creates, who attaches, who waits, who is refused."""

from __future__ import annotations

from dataclasses import replace

from session_sharing.behavior import asks_to_close, attaches, creates
from session_sharing.core import refusals
from session_sharing.core.answers import Initialized, Ticket
from session_sharing.core.departures import begin_close, mark_for_closing
from session_sharing.core.effects import EventKind, OpenResource
from session_sharing.core.limits import check_attachments, check_sessions
from session_sharing.core.requests import InitializeRequest
from session_sharing.core.state import Attachment, Session, Waiter
from session_sharing.core.table import Step
from session_sharing.errors import ResourceExhaustedError, SharingError
from session_sharing.information import ANONYMOUS, SessionState, without_identity


def initialize(step: Step, ticket: Ticket, request: InitializeRequest) -> None:
    """Take in an Initialize call; it is answered in this step or a later one."""
    try:
        _check_client(step, request)
        if not _repeats(step, ticket, request):
            if request.client_id:
                check_attachments(step.table, request.client_id)
            decide(step, Waiter(request, [ticket]))
    except SharingError as error:
        step.answer(ticket, error)


def _check_client(step: Step, request: InitializeRequest) -> None:
    """Refuse a client that is not connected. Clients without identity have nothing to check."""
    if not request.client_id and not request.attachment_id:
        return
    if not request.client_id or not request.attachment_id:
        raise refusals.identifiers_missing()
    client = step.table.clients.get(request.client_id)
    if client is None or not client.connected:
        raise refusals.client_unknown()
    client.check_subject(request.subject)


def _repeats(step: Step, ticket: Ticket, request: InitializeRequest) -> bool:
    """Handle a repeated request: the same answer, or a place beside the call that waits."""
    ended = step.table.memory.ended.get(request.attachment_id)
    if ended is not None:
        raise refusals.attachment_ended(ended)
    held = step.table.attached.get(request.attachment_id)
    waiter = step.table.waiting.get(request.attachment_id)
    known = held[1].request if held else waiter.request if waiter else None
    if known is None:
        return False
    # An attachment of an earlier run does not know its settings; its session does.
    settings = held[0].opener.settings if held else known.settings
    if not request.is_repeat_of(known) or request.contradictions(settings):
        raise refusals.attachment_reused()
    if waiter is not None:
        waiter.tickets.append(ticket)
    elif held is not None:
        held[1].undelivered.clear()  # The client is told now: older answers may be lost.
        _deliver(step, held[0], held[1], [ticket])
    return True


def decide(step: Step, waiter: Waiter) -> None:
    """Decide a request by the state of its resource, as if it arrived now."""
    request = waiter.request
    session = step.table.by_key.get(request.key)
    if session is None:
        _decide_absent(step, waiter)
    elif session.state is not SessionState.OPEN:
        _wait(step, session, waiter)
    elif attaches(request.behavior, own_other_alias=_is_own_other_alias(session, request)):
        _join(step, session, waiter)
    elif _is_given_up(step, session, request):
        _take_over(step, session, waiter)
    else:
        step.refuse(waiter, refusals.session_exists(session.information()))


def _join(step: Step, session: Session, waiter: Waiter) -> None:
    """Attach to an open session, unless its resource is wanted with other settings."""
    if not waiter.request.contradictions(session.opener.settings):
        _attach(step, session, waiter, created=False)
        return
    told = session.information()
    step.refuse(waiter, refusals.opened_otherwise(told, session.opener, waiter.request))


def _is_given_up(step: Step, session: Session, request: InitializeRequest) -> bool:
    """Return whether a session is the orphan that was found, and nobody came back since."""
    found = request.take_over == session.name and not session.attachments
    return found and not step.table.creator_is_connected(session)


def _decide_absent(step: Step, waiter: Waiter) -> None:
    request = waiter.request
    if not creates(request.behavior):
        last = step.table.memory.closed_by_key.get(request.key)
        step.refuse(waiter, refusals.nothing_to_attach_to(request.resource_name, last))
        return
    try:
        check_sessions(step.table)
    except ResourceExhaustedError as error:
        step.refuse(waiter, error)
        return
    session = step.table.add_session(request, step.now)
    _wait(step, session, waiter)
    step.effects.append(OpenResource(session.name, session.key, request.address))
    step.tell(EventKind.OPENING, session)


def _take_over(step: Step, session: Session, waiter: Waiter) -> None:
    """Close an orphan; the waiter is decided afresh when it is closed, before all others."""
    waiter.took_over = replace(session.information(), orphan=True)
    identity = step.table.identity_of(waiter.request)
    begin_close(step, session, f"{identity or ANONYMOUS}, which took it over as an orphan")
    _wait(step, session, waiter)


def _wait(step: Step, session: Session, waiter: Waiter) -> None:
    session.waiters.append(waiter)
    if waiter.request.attachment_id:
        step.table.waiting[waiter.request.attachment_id] = waiter
        step.table.clients[waiter.request.client_id].waiting_ids.add(waiter.request.attachment_id)


def _is_own_other_alias(session: Session, request: InitializeRequest) -> bool:
    """Return whether this client created the session and holds it, under other aliases only."""
    if session.close_pending or session.creator is None:
        return False
    if session.opener.client_id != request.client_id:
        return False
    own = [
        held.request.alias
        for held in session.attachments.values()
        if held.client.client_id == request.client_id
    ]
    return bool(own) and request.alias not in own


def _attach(step: Step, session: Session, waiter: Waiter, *, created: bool) -> None:
    request = waiter.request
    step.forget(waiter)
    session.last_used_at = step.now
    client = step.table.clients.get(request.client_id)
    if client is None:
        if request.subject not in session.open_to:
            session.open_to.add(request.subject)
            step.keep(session.kept())
        for ticket in waiter.tickets:
            step.answer(ticket, Initialized(session.name, created, session.public_id))
        step.tell(EventKind.ATTACHED, session, text=str(without_identity(request.subject)))
        return
    attachment = Attachment(
        request.attachment_id, client, request, step.now, created, waiter.took_over
    )
    attachment.undelivered.update(waiter.tickets)
    session.attachments[request.attachment_id] = attachment
    client.attachment_ids.add(request.attachment_id)
    step.table.attached[request.attachment_id] = (session, attachment)
    step.keep(attachment.kept(session.name))
    _deliver(step, session, attachment, waiter.tickets)
    step.tell(EventKind.ATTACHED, session, attachment)


def _deliver(step: Step, session: Session, attachment: Attachment, tickets: list[Ticket]) -> None:
    """Answer calls with an attachment."""
    answer = Initialized(
        session_name=session.name,
        new_session=attachment.created,
        public_id=session.public_id,
        last_record_number=attachment.last_record_number,
        took_over=attachment.took_over,
    )
    for ticket in tickets:
        step.answer(ticket, answer)


def opened(step: Step, session: Session) -> None:
    """The resource is open: the creator gets the session, then the others are decided in order."""
    session.state = SessionState.OPEN
    session.created_at = step.now
    waiters, session.waiters = session.waiters, []
    step.tell(EventKind.OPENED, session)
    if not waiters:
        begin_close(step, session, "the service, as nobody waited for it any more")
        return
    creator = _creator(session, waiters)
    if creator is not None:
        waiters.remove(creator)
        was = session.opener  # The resource is open as that one wanted it.
        session.opener = replace(creator.request, address=was.address, settings=was.settings)
        session.creator = step.table.identity_of(creator.request)
        session.open_to = {creator.request.subject}
        _attach(step, session, creator, created=True)
    step.keep(session.kept())
    for waiter in waiters:
        decide(step, waiter)
    if creator is None and asks_to_close(session.opener.behavior, created=True):
        # The creator went away while it waited: as if it had got the session and released it.
        mark_for_closing(step, session, str(session.creator or ANONYMOUS))


def _creator(session: Session, waiters: list[Waiter]) -> Waiter | None:
    """Return who created the session: the opener, or if it went away the first who would have."""
    for waiter in waiters:
        if waiter.request is session.opener:
            return waiter
    there = session.opener.settings
    would = (each for each in waiters if creates(each.request.behavior))
    return next((each for each in would if not each.request.contradictions(there)), None)


def open_failed(step: Step, session: Session, error: SharingError) -> None:
    """The resource could not be opened: all who want it so get the error; nothing stays."""
    step.table.remove_session(session)
    session.state = SessionState.CLOSED
    step.tell(EventKind.OPEN_FAILED, session, text=error.message)
    for waiter in session.waiters:
        if waiter.request.contradictions(session.opener.settings):
            decide(step, waiter)  # What failed was not tried with its settings.
        else:
            step.refuse(waiter, error)
