"""Use cases of receipts by part: the first word on each part counts; a message is delivered when all its parts are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import NATIONAL
from notify_service import metrics
from notify_service.channels.channel import Report
from notify_service.messages import lifecycle, parts, service
from notify_service.messages.lifecycle import Status
from notify_service.messages.repository import Rows
from notify_service.messages.service import Receipt
from notify_service.rules import Retries


async def take_reports(session: AsyncSession, retries: Retries, reports: Sequence[Report]) -> list[Report]:
    """End the parts that are known, and the messages that are ended by it; returns reports on unknown parts."""
    found = await parts.find(session, reports)
    about = {one.n for one in found}
    applied, ended = await parts.end(session, [(one, reports[one.n]) for one in found])
    if ended:
        again = await _returned(session, retries, ended)
        receipts = [
            Receipt(row.message_id, row.status, row.reason, row.at) for row in ended if row.message_id not in again
        ]
        await service.take_receipts(session, retries, NATIONAL, receipts)
        metrics.RETURNED.inc(len(again))
    metrics.RECEIPTS.labels("applied").inc(applied)
    metrics.RECEIPTS.labels("ignored").inc(len(found) - applied)
    return [report for n, report in enumerate(reports) if n not in about]


async def _returned(session: AsyncSession, retries: Retries, ended: Rows) -> set[UUID]:
    """Queue again what failed for a reason that passes; returns what is queued, or about to be sent again already."""
    why = {row.message_id: row.reason for row in ended if row.reason in retries.passing}
    tried = await parts.tried(session, list(why)) if why else []
    again: list[tuple[UUID, str | None, float]] = []
    for row in tried:
        left = timedelta(seconds=row.valid_seconds)
        verdict = lifecycle.returned(why[row.id], row.failures, left, retries)
        if row.status == Status.SENT and verdict.try_after is not None:
            again.append((row.id, verdict.reason, verdict.try_after.total_seconds()))
    if again:
        await parts.put_back(session, again)
    waiting = {row.id for row in tried if row.status in {Status.QUEUED, Status.SENDING}}
    return waiting | {message_id for message_id, *_ in again}


async def take(session: AsyncSession, retries: Retries, reports: Sequence[Report]) -> None:
    """Take what a provider reports; what is about no known part is kept until its part is, or forgotten."""
    unknown = await take_reports(session, retries, reports)
    await parts.keep_early(session, unknown)
    metrics.RECEIPTS.labels("unknown").inc(len(unknown))


async def catch_up(session: AsyncSession, retries: Retries, limit: int) -> bool:
    """Take reports that came before their part was written down; returns whether there may be more."""
    rows = await parts.early(session, limit)
    if rows:
        kept = [Report(row.provider, tuple(row.provider_ids), row.state, row.reason, row.at) for row in rows]
        await take_reports(session, retries, kept)
        await parts.drop_early(session, [row.id for row in rows])
    return len(rows) == limit
