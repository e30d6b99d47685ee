"""Hash chain (keyed): records are chained month by month under a key that no process has which answers requests.

The code (HMAC-SHA256) of a record covers the code before it, its position and all its values, sealed ones as they lie.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import metrics, outbox
from chassis.periodic import Periodic
from chassis.records.rows import COLUMNS, LIST, covered
from chassis.row_arrays import statement
from chassis.runtime import Resources
from chassis.sealing import key_bytes
from contracts.records import head_event

BATCH = 2000
EVERY_SECONDS = 1.0
LONGEST_SECONDS = 4.0

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('unicard.record_chain.' || current_schema(), 0))")
_PENDING = text("SELECT record_id, at FROM record_pending ORDER BY record_id LIMIT :limit")
_RECORDS = statement(
    f"SELECT {LIST} FROM <rows> JOIN record USING (record_id, at) ORDER BY at, record_id",  # noqa: S608
    record_id="uuid",
    at="timestamptz",
)
_LAST = text("SELECT position, mac FROM record_link WHERE month = :month ORDER BY position DESC LIMIT 1")
_LINK = statement(
    "INSERT INTO record_link (month, position, record_id, at, mac) SELECT CAST(:month AS date), * FROM <rows>",
    position="bigint",
    record_id="uuid",
    at="timestamptz",
    mac="bytea",
)
_TAKEN = text("DELETE FROM record_pending WHERE record_id = ANY(CAST(:ids AS uuid[]))")
_WAITING = "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float FROM record_pending"


class Head(NamedTuple):
    """Where a month's chain ends: how many records, and the code of the last."""

    position: int
    mac: bytes


@dataclass(frozen=True)
class ChainKey:
    """The key of a service's chain."""

    service: str
    key: bytes

    def genesis(self, month: date) -> Head:
        """Where the chain of a month begins."""
        return Head(0, hmac.digest(self.key, f"{self.service}\x00{month.isoformat()}".encode(), "sha256"))

    def next(self, head: Head, values: Sequence[object]) -> Head:
        """The head after one more record, given its values in the order of `rows.COLUMNS`."""
        position = head.position + 1
        return Head(position, hmac.digest(self.key, head.mac + covered(position, values), "sha256"))


def chain_key(runtime: Resources) -> ChainKey:
    """The key of this service's chain. Raises ValueError in a process that was not given it."""
    secret = runtime.settings.record_chain_key
    if secret is None:
        raise ValueError("UNICARD_RECORD_CHAIN_KEY is for the background process, which has to have it")
    return ChainKey(runtime.name, key_bytes(secret.get_secret_value()))


def month_of(at: datetime) -> date:
    """The month (UTC) whose chain a record belongs to: its first day."""
    return at.astimezone(UTC).date().replace(day=1)


async def chain(runtime: Resources) -> bool:
    """Take the oldest records that wait into the chain; whether there may be more."""
    key = chain_key(runtime)
    async with runtime.sessions() as session, session.begin():
        if not (await session.execute(_LOCK)).scalar_one():
            return False
        waiting = (await session.execute(_PENDING, {"limit": BATCH})).all()
        if waiting:
            await _link(session, key, [row.record_id for row in waiting], [row.at for row in waiting])
    if waiting:
        runtime.wake_relay()
    metrics.RECORDS_UNCHAINED.set(await runtime.pool.fetchval(_WAITING))
    return len(waiting) == BATCH


async def _link(session: AsyncSession, key: ChainKey, ids: list[UUID], ats: list[datetime]) -> None:
    rows = (await session.execute(_RECORDS, {"record_id": ids, "at": ats})).all()
    months: dict[date, list[Any]] = {}
    for row in rows:
        months.setdefault(month_of(row.at), []).append(row)
    for month, of_month in sorted(months.items()):
        last = (await session.execute(_LAST, {"month": month})).one_or_none()
        head = Head(last.position, bytes(last.mac)) if last else key.genesis(month)
        heads = []
        for row in of_month:
            head = key.next(head, [getattr(row, name) for name in COLUMNS])
            heads.append(head)
        links = {
            "month": month,
            "position": [one.position for one in heads],
            "record_id": [row.record_id for row in of_month],
            "at": [row.at for row in of_month],
            "mac": [one.mac for one in heads],
        }
        await session.execute(_LINK, links)
        if (published := head_event(key.service)) is not None:
            await outbox.add(session, published(month=month, position=head.position, mac=head.mac.hex()))
    await session.execute(_TAKEN, {"ids": ids})


CHAIN: Periodic[Resources] = Periodic("record_chain", chain, EVERY_SECONDS, LONGEST_SECONDS)
