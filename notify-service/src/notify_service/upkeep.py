"""The jobs that keep the queue sound: leases, late answers, messages too old, late contacts, retention."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.isolation import Batches
from chassis.periodic import Periodic
from notify_service import metrics
from notify_service.context import Runtime
from notify_service.debits import repository as debit_days
from notify_service.debits import service as debits
from notify_service.inquiries import balances, long_texts
from notify_service.inquiries import repository as inbound
from notify_service.inquiries import service as inquiries
from notify_service.messages import part_receipts, parts, repository, service
from notify_service.messages.repository import Rows

CHUNK = 5000


async def _leases(runtime: Runtime) -> None:
    async with runtime.sessions() as session, session.begin():
        await repository.take_back_leases(session)


async def _early_receipts(runtime: Runtime) -> bool:
    async with runtime.sessions() as session, session.begin():
        return await part_receipts.catch_up(session, runtime.state.rules.retries, CHUNK)


async def _overdue(session: AsyncSession, _: Runtime, limit: int) -> Rows:
    return await inbound.overdue(session, limit)


async def _answer(session: AsyncSession, runtime: Runtime, rows: Sequence[Row[Any]]) -> None:
    await balances.answer(session, runtime.state, rows)


async def _long_texts(runtime: Runtime) -> None:
    async with runtime.sessions() as session, session.begin():
        if late := await long_texts.whole(session, runtime.state):
            await inquiries.take_inbound(session, runtime.state, late, runtime.clock.now())


async def _expired(session: AsyncSession, _: Runtime, limit: int) -> Rows:
    return await repository.expire(session, limit)


async def _announce(session: AsyncSession, _: Runtime, ended: Sequence[Row[Any]]) -> None:
    await service.announce(session, ended, permanent=frozenset())
    for row in ended:
        metrics.MESSAGES.labels(row.template, row.status).inc()


async def _digests(session: AsyncSession, runtime: Runtime, limit: int) -> Rows:
    return await debits.due(session, runtime.state, runtime.clock.now(), limit)


async def _tell_digests(session: AsyncSession, runtime: Runtime, rows: Sequence[Row[Any]]) -> None:
    await debits.tell(session, runtime.state, rows)


async def _contacts(runtime: Runtime) -> None:
    async with runtime.sessions() as session, session.begin():
        await repository.release_missed(session)


async def _erase(runtime: Runtime) -> None:
    days = runtime.state.rules.retention_days
    async with runtime.sessions() as session, session.begin():
        await repository.erase(session, days, CHUNK)
        await repository.adopt_expired(session, CHUNK)
        await inbound.forget(session, days)
        await parts.forget_early(session, days)
        await debit_days.forget(session, business_day(runtime.clock.now()) - timedelta(days=days))


async def _gauges(runtime: Runtime) -> None:
    async with runtime.sessions() as session:
        waiting = await repository.waiting(session)
    for kind in runtime.state.rules.classes.values():
        metrics.QUEUED.labels(str(kind.priority)).set(waiting.get(kind.priority, 0))


def _soon(runtime: Runtime) -> float:
    return runtime.state.settings.notify_upkeep_seconds


def _rarely(runtime: Runtime) -> float:
    return runtime.state.settings.notify_sweep_seconds


ANSWERS = Batches(inbound.OVERDUE, _overdue, _answer, lambda row: row.inquiry_id, lambda _: balances.AT_ONCE)
EXPIRED = Batches(repository.EXPIRED, _expired, _announce, lambda row: row.id, lambda _: CHUNK)
DEBITS = Batches(debit_days.DIGESTS, _digests, _tell_digests, lambda row: row.key, lambda _: balances.AT_ONCE)

# What cannot wait: leases that ran out, receipts that came before what they are of, answers that wait for a part,
# messages too old to be sent.
URGENT: tuple[Periodic[Runtime], ...] = (
    Periodic("leases", _leases, _soon),
    Periodic("early_receipts", _early_receipts, _soon),
    Periodic("long_texts", _long_texts, _soon),
    Periodic(ANSWERS.worker, ANSWERS.run, _soon),
    Periodic(EXPIRED.worker, EXPIRED.run, _soon),
    Periodic(DEBITS.worker, DEBITS.run, _soon),
)
# What can: contacts that crossed with their messages, erasure after the retention, the gauges.
SLOW: tuple[Periodic[Runtime], ...] = (
    Periodic("missed_contacts", _contacts, _rarely),
    Periodic("erasure", _erase, _rarely),
    Periodic("queue_gauges", _gauges, _rarely),
)
