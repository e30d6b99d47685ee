"""Verification of the chain: walked again and again by the background process, and once by `unicard audit verify`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis import metrics
from chassis.connections import SqlConnection
from chassis.logging import get_logger
from chassis.periodic import Periodic
from chassis.records.chain import ChainKey, Head, chain_key
from chassis.records.rows import COLUMNS
from chassis.runtime import Resources

log = get_logger(__name__)

EVERY_SECONDS = 2.0
LATE: Final = "60 seconds"  # a record that waits longer is a fault
_MOST_NAMED = 20

_MONTHS = "SELECT DISTINCT month FROM record_link UNION SELECT month FROM record_head ORDER BY month"
_WALK = (
    f"SELECT l.position AS place, l.record_id AS linked, l.mac, {', '.join('r.' + name for name in COLUMNS)}"  # noqa: S608
    " FROM record_link l LEFT JOIN record r ON r.record_id = l.record_id AND r.at = l.at"
    " WHERE l.month = $1 AND l.position > $2 ORDER BY l.position LIMIT $3"
)
_CLOSED = "SELECT position, mac FROM record_head WHERE month = $1"
_LINKED = "SELECT EXISTS (SELECT FROM record_link WHERE month = $1)"
_UNLINKED = f"""
    SELECT r.record_id FROM record r
    WHERE r.at >= $1 AND r.at < ($1::date + interval '1 month') AND r.at < clock_timestamp() - interval '{LATE}'
        AND NOT EXISTS (SELECT FROM record_link l WHERE l.month = $1 AND l.record_id = r.record_id)
    LIMIT $2
"""  # noqa: S608 - a constant


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold: at which position of which month, and what is wrong."""

    month: date
    position: int
    what: str
    record_id: UUID | None = None


@dataclass
class Walk:
    """A walk over the whole chain, as far as it has come. `heads`: where each month was found to end."""

    months: list[date] = field(default_factory=list)
    head: Head | None = None
    heads: dict[date, Head] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


async def step(connection: SqlConnection, key: ChainKey, walk: Walk, rows: int) -> bool:
    """Verify the next rows of a walk; whether there are more."""
    if not walk.months:
        return False
    month = walk.months[0]
    head = walk.head or key.genesis(month)
    found = await connection.fetch(_WALK, month, head.position, rows)
    for row in found:
        head = _next(key, month, head, row, walk)
    walk.head = head
    if len(found) == rows:
        return True
    walk.heads[month], walk.head = await _end(connection, month, head, walk), None
    del walk.months[0]
    return bool(walk.months)


def _next(key: ChainKey, month: date, head: Head, row: asyncpg.Record, walk: Walk) -> Head:
    """The head after a link, and the faults of it. After a fault the walk goes on from what the link says."""
    place, mac = row["place"], bytes(row["mac"])
    if row["record_id"] is None:
        walk.faults.append(Fault(month, place, "the record is gone", row["linked"]))
        return Head(place, mac)
    expected = key.next(head, [row[name] for name in COLUMNS])
    if place != expected.position:
        walk.faults.append(Fault(month, expected.position, "links are missing", row["linked"]))
    elif mac != expected.mac:
        walk.faults.append(Fault(month, place, "the record or its code was changed", row["linked"]))
    return Head(place, mac)


async def _end(connection: SqlConnection, month: date, head: Head, walk: Walk) -> Head:
    """Where a month ends, and what is wrong there: it was closed elsewhere, or a record was never chained."""
    closed = await connection.fetchrow(_CLOSED, month)
    kept = Head(closed["position"], bytes(closed["mac"])) if closed else head
    if not await connection.fetchval(_LINKED, month):  # its time was up: the head is what stays
        return kept
    if kept != head:
        walk.faults.append(Fault(month, kept.position, "the month does not end where it was closed"))
    for row in await connection.fetch(_UNLINKED, month, _MOST_NAMED):
        walk.faults.append(Fault(month, 0, "the record was not chained within a minute", row["record_id"]))
    return head


def compare(walk: Walk, heads: dict[date, Head]) -> None:
    """Add a fault for each head seen before that the chain does not reach any more."""
    for month, seen in heads.items():
        found = walk.heads.get(month)
        if found is None or found.position < seen.position:
            walk.faults.append(Fault(month, seen.position, "the chain ends before a head that was told"))


async def begin(connection: SqlConnection) -> Walk:
    """A walk from the first month there is."""
    return Walk([row["month"] for row in await connection.fetch(_MONTHS)])


async def verify(connection: SqlConnection, key: ChainKey, rows: int = 5000) -> Walk:
    """Walk the whole chain at once."""
    walk = await begin(connection)
    while await step(connection, key, walk, rows):
        pass
    return walk


class _Job:
    """The walks of one process: some rows at a time, from the beginning again when one has ended."""

    def __init__(self) -> None:
        self._walk: Walk | None = None
        self._known: dict[date, Head] = {}

    async def __call__(self, runtime: Resources) -> None:
        async with runtime.pool.acquire() as connection:
            self._walk = walk = self._walk or await begin(connection)
            if await step(connection, chain_key(runtime), walk, runtime.settings.record_walk_rows):
                return
        compare(walk, self._known)
        _report(walk)
        self._known |= walk.heads
        self._walk = None


def _report(walk: Walk) -> None:
    metrics.RECORDS_BROKEN.set(len(walk.faults))
    if not walk.faults:
        metrics.RECORDS_WALKED.set(time.time())
    for fault in walk.faults[:_MOST_NAMED]:
        log.error(
            "the chain of records does not hold",
            month=fault.month.isoformat(),
            position=fault.position,
            what=fault.what,
            record_id=str(fault.record_id) if fault.record_id else None,
        )


def job() -> Periodic[Resources]:
    """The job of one process, which remembers how far it has come."""
    return Periodic("record_walk", _Job(), EVERY_SECONDS)
