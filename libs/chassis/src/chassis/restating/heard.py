"""What a reader has heard: the newest event of each key, and how much of each restatement.

An event carries its number in its publisher's outbox. The numbers of one key grow in the order of the changes, so a
snapshot with a lower number than something heard of its key before is older than that, however it came late: it is
left out, and not counted as heard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from contracts.event import Event
from contracts.restated import Restated, RestatementEnded

# The row of a key is locked by it: two processes that hear of one key do so one after the other.
_NOTE = statement(
    "INSERT INTO newest_event AS n (source, key, position) SELECT * FROM <rows> ORDER BY source, key"
    " ON CONFLICT (source, key) DO UPDATE SET position = greatest(n.position, excluded.position),"
    " heard_at = clock_timestamp() RETURNING source, key, old.position AS before",
    source="text",
    key="text",
    position="bigint",
)
_HEARD = text(
    "INSERT INTO restatement_heard AS h (restatement_id, edition, subject, heard)"
    " VALUES (:restatement_id, :edition, :subject, :heard)"
    " ON CONFLICT (restatement_id, edition) DO UPDATE SET heard = h.heard + excluded.heard,"
    " last_at = clock_timestamp()"
)
_TOLD = text(
    "INSERT INTO restatement_heard AS h (restatement_id, edition, subject, told)"
    " VALUES (:restatement_id, :edition, :subject, :told)"
    " ON CONFLICT (restatement_id, edition) DO UPDATE SET told = excluded.told, last_at = clock_timestamp()"
)

# Of days, at most so many rows: as long as events may come again.
FORGET = {
    "newest_event": "DELETE FROM newest_event WHERE ctid = ANY(ARRAY("
    "SELECT ctid FROM newest_event WHERE heard_at < now() - make_interval(days => $1) LIMIT $2))",
    "restatement_heard": "DELETE FROM restatement_heard WHERE ctid = ANY(ARRAY("
    "SELECT ctid FROM restatement_heard WHERE last_at < now() - make_interval(days => $1) LIMIT $2))",
}


class Told(Protocol):
    """An event as the consumer gives it, as far as it matters here."""

    @property
    def data(self) -> Any:
        """The event itself."""

    @property
    def key(self) -> str | None:
        """Its key."""

    @property
    def position(self) -> int | None:
        """Its number in its publisher's outbox; None where the publisher is of before there were any."""


T = TypeVar("T", bound=Told)


async def without_late(session: AsyncSession, events: Sequence[T], facts: Collection[type[Event]]) -> list[T]:
    """Events without the snapshots that are older than what was heard of their keys; notes what is newest now.

    `facts`: the types that tell what snapshots tell, as it happens.
    """
    watched = [e for e in events if e.position is not None and (isinstance(e.data, Restated) or type(e.data) in facts)]
    if not watched:
        return list(events)
    highest: dict[tuple[str, str], int] = {}
    for event in watched:
        place = _place(event)
        highest[place] = max(highest.get(place, 0), event.position or 0)
    places = sorted(highest)
    columns = {
        "source": [source for source, _ in places],
        "key": [key for _, key in places],
        "position": [highest[place] for place in places],
    }
    before = {(row.source, row.key): row.before or 0 for row in await session.execute(_NOTE, columns)}
    late = late_of(watched, before)
    return [event for event in events if id(event) not in late]


def late_of(events: Sequence[Told], newest: dict[tuple[str, str], int]) -> set[int]:
    """Which (`id`) of events in the order they came in are snapshots with a lower number than one before of their key.

    `newest`: the highest number by publisher and key that was heard before; it is carried on.
    """
    late = set()
    for event in events:
        place, position = _place(event), event.position or 0
        if isinstance(event.data, Restated) and position < newest.get(place, 0):
            late.add(id(event))
        newest[place] = max(newest.get(place, 0), position)
    return late


async def count(session: AsyncSession, events: Sequence[Told], editions: dict[str, int]) -> None:
    """Count what of restatements was heard; `editions`: how many facts of each subject this version keeps."""
    heard = Counter((e.data.restatement_id, e.data.SUBJECT) for e in events if isinstance(e.data, Restated))
    for (restatement_id, subject), number in sorted(heard.items()):
        given = {"restatement_id": restatement_id, "edition": editions[subject], "subject": subject}
        await session.execute(_HEARD, given | {"heard": number})
    for event in events:
        if isinstance(event.data, RestatementEnded) and event.data.subject in editions:
            given = event.data.model_dump() | {"edition": editions[event.data.subject]}
            await session.execute(_TOLD, given)


def _place(event: Told) -> tuple[str, str]:
    kind: type[Event] = type(event.data)
    return kind.source(), event.key or ""
