"""Orders by readers (events): a service that lacks a fact asks its owner, who tells the subject again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.logging import get_logger
from chassis.reactions import Handler, R, Reactions, Received
from chassis.restating import orders
from chassis.runtime import Resources
from contracts.restated import Restated, RestatementWanted

log = get_logger(__name__)


def follow_wants(
    reactions: Reactions[R], restated: Collection[type[Restated]], *readers: type[RestatementWanted]
) -> None:
    """Let readers order what this service can tell again; each by its own event, which says who it is."""
    subjects = frozenset(one.SUBJECT for one in restated)
    for reader in readers:
        reactions.on(reader)(_ordering(reader.source().lstrip("/"), subjects))


def _ordering(reader: str, subjects: frozenset[str]) -> Handler[Resources]:
    async def wanted(events: Sequence[Received[RestatementWanted]], session: AsyncSession, _: Resources) -> None:
        for subject, fact in {(e.data.subject, e.data.fact) for e in events if e.data.subject in subjects}:
            order = await orders.order(session, subject, reader, fact)
            log.info("asked to tell state again", subject=subject, by=reader, restatement_id=str(order.restatement_id))

    return wanted
