"""Routes about outgoing messages: look at them, count them, report what became of them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from sqlalchemy import Row

from chassis import mobiles
from chassis.area import Area
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS, OFFICES
from chassis.paging import LAST_ID, Paging, by_id
from chassis.principal import CallerKind
from chassis.problems import NotFound
from chassis.routing import router
from chassis.sealing import SealBroken, Vault
from contracts.scopes import Scope
from notify_service import metrics
from notify_service.context import Running
from notify_service.messages import repository, service
from notify_service.messages.schemas import (
    Instant,
    LogEntry,
    LogPage,
    Message,
    MessagePage,
    MessageState,
    ReceiptsIn,
    ReceiptsTaken,
    Statistic,
    Statistics,
    StatusName,
    TemplateList,
    TemplateVersion,
    TemplateView,
    TextFault,
    TextIn,
    TextPreview,
    TextPreviews,
)
from notify_service.messages.sealed_columns import Sent
from notify_service.messages.service import Receipt
from notify_service.templates import texts
from notify_service.templates.preview import LANGUAGES, preview

routes = router(prefix="/v1", tags=["messages"])

# Whoever got hold of a session has not got the telephone by it.
_CODES = frozenset({"code", "holder_code", "bread_code"})
_WRITE_TEXTS = (Scope.MESSAGES_READ, Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_APPROVE)


@routes.get(
    "/messages", scopes=Scope.MESSAGES_READ, ask_purpose=True, summary="List messages", purpose="message_lookup"
)
async def list_messages(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    runtime: Running,
    citizen_id: UUID | None = None,
    status: StatusName | None = None,
) -> MessagePage:
    """Messages in the order they were queued, of one citizen or in one status if asked."""
    rows = await repository.page(session, caller.bound, citizen=citizen_id, status=status, page=page)
    return MessagePage.of(page, [_message(row, runtime.state.vault) for row in rows], lambda message: message.id)


@routes.get(
    "/citizens/{citizen_id}/messages",
    scopes=(Scope.DATA_EXPORT, Scope.COMPLAINTS_ENTER, Scope.COMPLAINTS_ANSWER),
    callers=OFFICES | CITIZENS,
    problems=NotFound,
    summary="List a citizen's messages",
    purpose="message_lookup",
    despite_restriction="citizens read what they were told",
)
async def read_log(
    citizen_id: UUID,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    runtime: Running,
) -> LogPage:
    """All messages to a citizen: citizens read their own; desks see kinds, states and times, not the words."""
    own = caller.kind is CallerKind.CITIZEN
    if own and caller.person_id != citizen_id:
        raise _no_citizen()
    rows = await repository.of_citizen(session, citizen_id, page)
    if not own and not caller.bound.covers(Area(await repository.governorate_of(session, citizen_id))):
        raise _no_citizen()
    entries = [_message(row, runtime.state.vault) for row in rows]
    return LogPage.of(page, [_log_entry(entry, citizen_id, whole=own) for entry in entries], lambda one: one.id)


@routes.get(
    "/self/messages",
    scopes=Scope.SELF_MESSAGES,
    callers=CITIZENS,
    summary="List one's own messages",
    purpose="own",
    despite_restriction="citizens read what they were told",
)
async def list_own_messages(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(20, 100, LAST_ID)], runtime: Running
) -> LogPage:
    """All messages to oneself, the newest first. The words of one that carries a code are left out."""
    known, citizen_id = texts.load(), caller.person_id
    rows = await repository.newest_of_citizen(session, citizen_id, page)
    entries = [
        _log_entry(_message(row, runtime.state.vault), citizen_id, whole=known[row.template].facts not in _CODES)
        for row in rows
    ]
    return LogPage.of(page, entries, lambda one: one.id)


@routes.get(
    "/messages/{message_id}",
    scopes=Scope.MESSAGES_READ,
    ask_purpose=True,
    summary="Read a message",
    purpose="message_lookup",
)
async def read_message(
    caller: Caller, session: Reading, runtime: Running, message_id: Annotated[UUID, Path()]
) -> Message:
    """One message."""
    row = await repository.one(session, message_id)
    if row is None or not caller.bound.covers(Area(row.governorate)):
        raise NotFound("There is no message with this id.", detail_ar="لا توجد رسالة بهذا الرقم.")
    return _message(row, runtime.state.vault)


@routes.get("/message-statistics", scopes=Scope.MESSAGES_READ, summary="Count messages")
async def message_statistics(caller: Caller, session: Reading, since: Instant | None = None) -> Statistics:
    """How many messages of each template are in which status, of those the caller may see and since an instant."""
    rows = await repository.statistics(session, caller.bound, since)
    items = [Statistic(template=r.template, status=r.status, messages=r.messages, parts=r.parts) for r in rows]
    by_status: dict[StatusName, int] = {}
    for item in items:
        by_status[item.status] = by_status.get(item.status, 0) + item.messages
    return Statistics(items=items, by_status=by_status, total=sum(by_status.values()))


@routes.get("/templates", scopes=Scope.MESSAGES_READ, summary="List templates")
async def list_templates(runtime: Running) -> TemplateList:
    """What citizens are told, in both languages, with every dated version."""
    classes = runtime.state.rules.classes
    return TemplateList(
        items=[
            TemplateView(
                name=template.name,
                class_name=template.class_name,
                priority=classes[template.class_name].priority,
                essential=classes[template.class_name].essential,
                enabled=template.enabled,
                required=template.required,
                max_parts=template.max_parts,
                versions=[TemplateVersion(**version.model_dump()) for version in template.versions],
            )
            for template in texts.load().values()
        ]
    )


@routes.post("/template-previews", scopes=_WRITE_TEXTS, summary="Preview a text")
async def preview_text(given: TextIn, runtime: Running) -> TextPreviews:
    """How a text reads in both languages with these values, its alphabet, units and parts, and what is wrong with it.

    Nothing is kept and nothing sent.
    """
    items: list[TextPreview] = []
    for language in LANGUAGES:
        said = given.ar if language == "ar" else given.en
        hotline, training = runtime.state.rules.hotline, runtime.settings.training
        text, length, faults = preview(said, given.values, language, hotline, training=training)
        items.append(
            TextPreview(
                language=language,
                text=text,
                encoding=length.encoding if length else None,
                units=length.units if length else None,
                parts=length.parts if length else None,
                faults=[TextFault.of(fault) for fault in faults],
            )
        )
    return TextPreviews(items=items)


@routes.post(
    "/delivery-receipts",
    scopes=Scope.MESSAGES_REPORT,
    summary="Report what became of messages",
    purpose="delivery",
)
async def take_receipts(batch: ReceiptsIn, caller: Caller, session: Work, runtime: Running) -> ReceiptsTaken:
    """Take the network's word. The first on each message counts; what is about no open message is ignored."""
    receipts = [
        Receipt(reference, receipt.status, receipt.reason, receipt.at)
        for receipt in batch.receipts
        if (reference := _reference(receipt.reference)) is not None
    ]
    retries = runtime.state.rules.retries
    applied = await service.take_receipts(session, retries, caller.bound, receipts) if receipts else 0
    ignored = len(batch.receipts) - applied
    metrics.RECEIPTS.labels("applied").inc(applied)
    metrics.RECEIPTS.labels("ignored").inc(ignored)
    return ReceiptsTaken(applied=applied, ignored=ignored)


def _no_citizen() -> NotFound:
    return NotFound("There is no citizen with this id.", detail_ar="لا يوجد مواطن بهذا الرقم.")


def _log_entry(found: Message, citizen_id: UUID, *, whole: bool) -> LogEntry:
    fields = {name: getattr(found, name) for name in LogEntry.model_fields}
    return LogEntry(**(fields | {"citizen_id": citizen_id, "text": found.text if whole else None}))


def _reference(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _message(row: Row[Any], vault: Vault) -> Message:
    sent = _sent(row, vault)
    return Message(
        id=row.id,
        event_id=row.event_id,
        template=row.template,
        citizen_id=row.citizen_id,
        status=row.status,
        reason=row.reason,
        to=mobiles.masked(sent.number, last=2) if sent else None,
        text=sent.text if sent else None,
        language=row.language,
        encoding=row.encoding,
        parts=row.parts,
        attempts=row.attempts,
        possibly_repeated=row.possibly_repeated,
        created_at=row.created_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        states=_states(row),
    )


def _states(row: Row[Any]) -> list[MessageState]:
    """What a message has come to so far; a receipt may have come in before its sending was written down."""
    states = [MessageState(status="queued", at=row.created_at, reason=None)]
    if row.sent_at is not None:
        states.append(MessageState(status="sent", at=row.sent_at, reason=None))
    if row.ended_at is not None:
        states.append(MessageState(status=row.status, at=row.ended_at, reason=row.reason))
    return states


def _sent(row: Row[Any], vault: Vault) -> Sent | None:
    """What was sent; None before that, after it was erased, and where the key of its time is gone."""
    if row.sent_at is None or row.content is None:
        return None
    try:
        return Sent.open(vault, row.id, row.content)
    except SealBroken:
        return None
