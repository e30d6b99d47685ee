"""Use cases of outgoing messages: queue them, and take the network's word on what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Bound
from chassis.consumer import Received
from chassis.ids import new_id
from contracts.notify import MessageDelivered, MessageFailed
from notify_service import metrics
from notify_service.channels import networks
from notify_service.context import Context
from notify_service.messages import lifecycle, repository
from notify_service.messages.lifecycle import OPEN_TO_RECEIPTS, UNDELIVERED, Status
from notify_service.messages.repository import MessageColumns, ReceiptColumns, Rows
from notify_service.messages.sealed_columns import Waiting
from notify_service.rules import Retries
from notify_service.templates import texts
from notify_service.templates.facts import Facts, NoFacts
from notify_service.templates.wording import Language


@dataclass(frozen=True)
class Intent:
    """That somebody shall be told something because of an event.

    `number`, and the `language` of its reader, only for who is in no citizen's contact, or not for much longer.
    """

    event_id: UUID
    facts: Facts
    citizen_id: UUID | None = None
    household_id: UUID | None = None
    subject: UUID | None = None
    number: str | None = None
    language: Language | None = None


def about(event: Received[Any], subject: UUID, facts: Facts | None = None) -> Intent:
    """That the citizen an event is about shall be told of it."""
    return Intent(
        event_id=event.id,
        facts=facts or NoFacts(),
        citizen_id=event.data.citizen_id,
        household_id=event.data.household_id,
        subject=subject,
    )


@dataclass(frozen=True)
class Receipt:
    """What the network reports of a message, at its own time."""

    message_id: UUID
    status: str
    reason: str | None
    at: datetime


async def queue(session: AsyncSession, here: Context, template_name: str, intents: Sequence[Intent]) -> None:
    """Queue one message for each intent, in the transaction of the event that gave rise to it."""
    known = texts.load()
    template = known[template_name]
    if not intents or not template.enabled:
        return
    columns = MessageColumns()
    for intent in intents:
        message_id = new_id()
        columns.id.append(message_id)
        columns.event_id.append(intent.event_id)
        columns.citizen_id.append(intent.citizen_id)
        columns.household_id.append(intent.household_id)
        columns.subject.append(intent.subject)
        columns.content.append(Waiting(intent.facts, intent.number, intent.language).seal(here.vault, message_id))
    kind = here.rules.classes[template.class_name]
    new = await repository.queue(
        session,
        columns,
        template=template.name,
        priority=kind.priority,
        silencers=[other.name for other in known.values() if template.name in other.silences],
        valid_seconds=timedelta(hours=kind.valid_hours).total_seconds(),
    )
    if template.supersedes and new:
        subjects = dict(zip(columns.id, columns.subject, strict=True))
        await repository.supersede(session, {i: subjects[i] for i in new}, template.supersedes)


async def take_receipts(session: AsyncSession, retries: Retries, bound: Bound, receipts: Sequence[Receipt]) -> int:
    """Believe the network's first word on each message that is open and the caller's; returns how many it ended."""
    first = {receipt.message_id: receipt for receipt in reversed(receipts)}
    verdicts = {
        message_id: lifecycle.receipt(receipt.status, receipt.reason, retries) for message_id, receipt in first.items()
    }
    columns = ReceiptColumns()
    for message_id, receipt in first.items():
        columns.id.append(message_id)
        columns.status.append(verdicts[message_id].status)
        columns.reason.append(verdicts[message_id].reason)
        columns.at.append(receipt.at)
    ended = await repository.apply_receipts(session, bound, columns, list(OPEN_TO_RECEIPTS))
    for row in ended:
        _measure(row)
    await announce(session, ended, permanent={row.id for row in ended if verdicts[row.id].permanent})
    return len(ended)


def _measure(row: Row[Any]) -> None:
    """Count what became of a message by its provider and network, and how long it took."""
    provider = row.provider or "unknown"
    metrics.ENDED.labels(provider, row.network or networks.OTHER, row.status).inc()
    if row.status == Status.DELIVERED and row.seconds is not None:
        metrics.DELIVERY_SECONDS.labels(provider).observe(max(0.0, row.seconds))


async def announce(session: AsyncSession, ended: Rows, *, permanent: set[UUID] | frozenset[UUID]) -> None:
    """Publish what became of citizens' messages; `permanent`: those whose number itself is wrong."""
    events: list[MessageDelivered | MessageFailed] = []
    for row in ended:
        if row.citizen_id is None:
            continue
        common = {"message_id": row.id, "citizen_id": row.citizen_id, "template": row.template}
        if row.status == Status.DELIVERED:
            events.append(MessageDelivered(**common, delivered_at=row.ended_at))
        elif row.status in UNDELIVERED:
            events.append(MessageFailed(**common, reason=row.reason, permanent=row.id in permanent))
    await outbox.add(session, *events)
