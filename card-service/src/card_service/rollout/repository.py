"""Every SQL statement of phases and activations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.models import ActivatedCard
from card_service.database import record
from card_service.rollout.models import Activation, Counters, Phase
from card_service.rollout.phases import PhaseState
from card_service.rollout.stages import Stage
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from chassis.row_arrays import statement

_PHASE = (
    "SELECT phase_id, name, governorate, sequence, services, production, state, state_before_pause, stage, opened_at"
    " FROM rollout_phase"
)
_FIND = text(f"{_PHASE} WHERE phase_id = :phase_id")
# Not against references: a worker that has begun a plan writes cards of the phase, and an order of another plan, which
# holds the phase, waits for what the worker has begun.
_LOCK = text(f"{_PHASE} WHERE phase_id = :phase_id FOR NO KEY UPDATE")
_LIST = BoundedStatement(
    f"{_PHASE} WHERE <bound> AND phase_id > :after ORDER BY phase_id LIMIT :limit", governorate="governorate"
)
_CREATE = text(
    "INSERT INTO rollout_phase (phase_id, name, governorate, sequence, services, production, state, created_at)"
    " VALUES (:phase_id, :name, :governorate, :sequence, CAST(:services AS text[]), :production, 'planned',"
    " :created_at)"
    " ON CONFLICT DO NOTHING RETURNING phase_id"
)
_SET_STATE = text(
    "UPDATE rollout_phase SET state = :state, state_before_pause = :before, stage = :stage WHERE phase_id = :phase_id"
)
_REGISTERED = text(
    "SELECT count(*) AS households, coalesce(sum(members), 0) AS citizens FROM household"
    " WHERE governorate = :governorate AND trial_id IS NULL"
)
_CARDS = text(
    "SELECT count(*) FILTER (WHERE replaces IS NULL) AS planned,"
    " count(*) FILTER (WHERE state IN ('issued', 'active', 'blocked')) AS issued,"
    " count(*) FILTER (WHERE state = 'active' OR state_before_block = 'active') AS activated,"
    " count(*) FILTER (WHERE state = 'blocked') AS blocked FROM card WHERE phase_id = :phase_id"
)

_ACTIVATION = (
    "SELECT a.activation_id, a.phase_id, f.governorate, a.holders, a.services, a.status, a.done_card, a.activated,"
    " a.created_by, a.cohort, a.started_at, a.advanced_at, a.finished_at"
    " FROM activation a JOIN rollout_phase f USING (phase_id)"
)
_FIND_ACTIVATION = text(f"{_ACTIVATION} WHERE a.activation_id = :activation_id")
_CLAIM = text(
    f"{_ACTIVATION} WHERE a.status IN ('queued', 'running') AND f.state <> 'paused'"
    " ORDER BY a.attempts, a.activation_id LIMIT 1 FOR UPDATE OF a SKIP LOCKED"
)
_CREATE_ACTIVATION = text(
    "INSERT INTO activation (activation_id, phase_id, holders, services, status, created_by, created_at)"
    " VALUES (:activation_id, :phase_id, :holders, CAST(:services AS text[]), 'queued', :created_by, :created_at)"
    " ON CONFLICT (phase_id) WHERE status IN ('queued', 'running') DO NOTHING RETURNING activation_id"
)
# As `cards.repository.activate` takes them.
_COHORT = text(
    "SELECT count(*) FROM card c JOIN citizen z USING (citizen_id) WHERE c.phase_id = :phase_id AND (c.state = 'issued'"
    " OR ((c.state = 'active' OR c.state_before_block = 'active') AND c.closed_at IS NULL"
    "  AND NOT (c.services || c.switched_off) @> CAST(:services AS text[])))"
    " AND (CAST(:everyone AS boolean) OR z.role = 'head')"
)
_BEGIN = text(
    "UPDATE activation SET cohort = :cohort, started_at = clock_timestamp() WHERE activation_id = :activation_id"
)
_KEEP = statement(
    "INSERT INTO activated_card (activation_id, card_id, added)"
    " SELECT :activation_id, r.card_id, string_to_array(r.added, ',') FROM <rows>",
    card_id="uuid",
    added="text",
)
_ADVANCE = text(
    "UPDATE activation SET advanced_at = clock_timestamp(), done_card = coalesce(CAST(:done_card AS uuid), done_card),"
    " activated = activated + :activated, attempts = 0, finished_at = :finished_at,"
    " status = CASE WHEN CAST(:finished_at AS timestamptz) IS NULL THEN 'running' ELSE 'done' END"
    " WHERE activation_id = :activation_id"
)
_FAIL = text(
    "UPDATE activation SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :max_attempts THEN 'failed' ELSE status END,"
    " finished_at = CASE WHEN attempts + 1 >= :max_attempts THEN clock_timestamp() END"
    " WHERE activation_id = :activation_id AND status IN ('queued', 'running') RETURNING status, phase_id"
)


def _phase(row: Row[Any]) -> Phase:
    before = PhaseState(row.state_before_pause) if row.state_before_pause else None
    state = PhaseState(row.state)
    stage = Stage(row.stage)
    return record(Phase, row, services=tuple(row.services), state=state, state_before_pause=before, stage=stage)


def _activation(row: Row[Any]) -> Activation:
    return record(Activation, row, services=tuple(row.services))


async def find_phase(session: AsyncSession, phase_id: UUID, *, lock: bool = False) -> Phase | None:
    """A phase by id, its row locked against other changes if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"phase_id": phase_id})).one_or_none()
    return _phase(row) if row else None


async def phases(session: AsyncSession, bound: Bound, page: Paging[UUID]) -> list[Phase]:
    """The phases the caller may see, in the order they were entered."""
    return [_phase(row) for row in await session.execute(*_LIST.within(bound, page.bounds))]


async def create_phase(session: AsyncSession, phase: Phase, now: datetime) -> bool:
    """Write a phase; False where its name or its number in the governorate is taken."""
    values = {
        "phase_id": phase.phase_id,
        "name": phase.name,
        "governorate": phase.governorate,
        "sequence": phase.sequence,
        "services": list(phase.services),
        "production": phase.production,
        "created_at": now,
    }
    return (await session.execute(_CREATE, values)).scalar() is not None


async def set_state(
    session: AsyncSession, phase_id: UUID, state: PhaseState, before_pause: PhaseState | None, stage: Stage
) -> None:
    """Move a phase; what it was before is kept while it is paused."""
    values = {
        "phase_id": phase_id,
        "state": str(state),
        "before": before_pause and str(before_pause),
        "stage": str(stage),
    }
    await session.execute(_SET_STATE, values)


async def counters(session: AsyncSession, phase: Phase) -> Counters:
    """How far a phase has come, counted now."""
    registered = (await session.execute(_REGISTERED, {"governorate": phase.governorate})).one()
    return Counters(*registered, *(await session.execute(_CARDS, {"phase_id": phase.phase_id})).one())


async def create_activation(session: AsyncSession, activation: Activation, now: datetime) -> bool:
    """Write an activation; False where another one of the phase is under way."""
    values = {
        "activation_id": activation.activation_id,
        "phase_id": activation.phase_id,
        "holders": activation.holders,
        "services": list(activation.services),
        "created_by": activation.created_by,
        "created_at": now,
    }
    return (await session.execute(_CREATE_ACTIVATION, values)).scalar() is not None


async def find_activation(session: AsyncSession, activation_id: UUID) -> Activation | None:
    """An activation by id."""
    row = (await session.execute(_FIND_ACTIVATION, {"activation_id": activation_id})).one_or_none()
    return _activation(row) if row else None


async def claim(session: AsyncSession) -> Activation | None:
    """The oldest open activation of a phase that is not paused and that no other worker has at hand, row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return _activation(row) if row else None


async def advance(
    session: AsyncSession, activation_id: UUID, cards: Sequence[ActivatedCard], finished_at: datetime | None
) -> None:
    """Add a chunk to an activation's progress; with `finished_at` it is done."""
    values = {
        "activation_id": activation_id,
        "done_card": cards[-1].card_id if cards else None,
        "activated": len(cards),
        "finished_at": finished_at,
    }
    await session.execute(_ADVANCE, values)


async def begin(session: AsyncSession, activation: Activation) -> None:
    """Note when an activation begins, and how many cards it has before it."""
    values = {
        "phase_id": activation.phase_id,
        "services": list(activation.services),
        "everyone": activation.holders == "adults",
    }
    cohort = (await session.execute(_COHORT, values)).scalar_one()
    await session.execute(_BEGIN, {"activation_id": activation.activation_id, "cohort": cohort})


async def keep_cards(session: AsyncSession, activation_id: UUID, cards: Sequence[ActivatedCard]) -> None:
    """Keep which cards an activation has changed, and which services each has got by it."""
    columns = {"card_id": [card.card_id for card in cards], "added": [",".join(card.added) for card in cards]}
    await session.execute(_KEEP, {"activation_id": activation_id, **columns})


async def fail(session: AsyncSession, activation_id: UUID, max_attempts: int) -> None:
    """Count a failed attempt; at `max_attempts` in a row the activation is given up."""
    await session.execute(_FAIL, {"activation_id": activation_id, "max_attempts": max_attempts})
