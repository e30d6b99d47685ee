"""Read models that lack a fact: asked for, counted, and complete when as much was heard as was told.

A migration that adds a fact to a copy of another service's data says so (`chassis.restating.ddl.lacking`). Until the
fact's owner has told its state again and all of it was heard by this version, the copy is incomplete: that is a
metric, an alert and a word in `unicard status`, and no reason to be not ready.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import metrics, outbox
from chassis.logging import get_logger
from chassis.periodic import Periodic
from chassis.runtime import Resources
from contracts.restated import wanted_event

log = get_logger(__name__)

EVERY_SECONDS = 2.0
LONGEST_SECONDS = 15.0

# Whoever answers requests does not need to know whether there is anything to do: the background process alone looks.
_SETTLE = text(
    "UPDATE read_model m SET complete_at = clock_timestamp(), restatement_id = h.restatement_id"
    " FROM restatement_heard h WHERE m.complete_at IS NULL AND h.subject = m.subject AND h.edition >= m.edition"
    " AND h.heard = h.told AND h.first_at >= m.lacking_since"
    " RETURNING m.subject, m.fact, h.told"
)
# Nothing was asked for lately, and nothing is on its way.
_ASK = text(
    "UPDATE read_model m SET asked_at = clock_timestamp() WHERE m.complete_at IS NULL"
    " AND (m.asked_at IS NULL OR m.asked_at < clock_timestamp() - make_interval(secs => :seconds))"
    " AND NOT EXISTS (SELECT FROM restatement_heard h WHERE h.subject = m.subject"
    " AND h.last_at > clock_timestamp() - make_interval(secs => :seconds) AND h.told IS NULL)"
    " RETURNING m.subject, m.fact"
)
_STATES = text(
    "SELECT m.subject, m.edition, m.fact, m.lacking_since, m.asked_at, m.complete_at, h.heard, h.told"
    " FROM read_model m LEFT JOIN LATERAL (SELECT heard, told FROM restatement_heard h WHERE h.subject = m.subject"
    " AND h.edition >= m.edition AND (m.restatement_id IS NULL OR h.restatement_id = m.restatement_id)"
    " AND h.first_at >= m.lacking_since ORDER BY h.first_at DESC LIMIT 1) h ON true"
    " ORDER BY m.subject, m.edition"
)


@dataclass(frozen=True)
class ReadModel:
    """A copy that lacks or lacked a fact; `heard` and `told`: how far the latest restatement has come here."""

    subject: str
    edition: int
    fact: str
    lacking_since: datetime
    asked_at: datetime | None
    complete_at: datetime | None
    heard: int | None
    told: int | None


async def states(session: AsyncSession) -> list[ReadModel]:
    """All copies that ever lacked something."""
    return [ReadModel(*row) for row in await session.execute(_STATES)]


async def keep(runtime: Resources) -> None:
    """Settle what is complete, ask for what is lacking, and show both."""
    async with runtime.sessions() as session, session.begin():
        settled = (await session.execute(_SETTLE)).all()
        wanted = wanted_event(runtime.name)
        asked: Sequence[Row[Any]] = ()
        if wanted is not None:
            asked = (await session.execute(_ASK, {"seconds": runtime.settings.restate_ask_seconds})).all()
            await outbox.add(session, *(wanted(subject=row.subject, fact=row.fact) for row in asked))
            for row in asked:
                log.warning("a read model is incomplete, asked to be told", subject=row.subject, fact=row.fact)
        found = await states(session)
    for row in settled:
        log.info("a read model is complete", subject=row.subject, fact=row.fact, rows=row.told)
    if asked:
        runtime.wake_relay()
    lacking = {model.subject for model in found if model.complete_at is None}
    for subject in {model.subject for model in found}:
        metrics.READ_MODEL_INCOMPLETE.labels(subject).set(subject in lacking)


JOB: Periodic[Resources] = Periodic("read_models", keep, EVERY_SECONDS, LONGEST_SECONDS)
