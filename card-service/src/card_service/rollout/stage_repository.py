"""Every SQL statement of a phase's stages: its opening, gates passed, stages reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import JsonValue
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.rollout.models import GatePass, Resolution
from card_service.rollout.stages import Stage
from chassis.row_arrays import statement

_SET_STAGE = text("UPDATE rollout_phase SET stage = :stage WHERE phase_id = :phase_id")
_OPEN = text("UPDATE rollout_phase SET opened_at = :now WHERE phase_id = :phase_id")
_ADD_OPENING = text(
    "INSERT INTO phase_opening (phase_id, authority, number, decided_on, document, proposal_id, approved_by, opened_at)"
    " VALUES (:phase_id, :authority, :number, :decided_on, :document, :proposal_id, :approved_by, :now)"
)
_OPENINGS = text(
    "SELECT phase_id, authority, number, decided_on, document FROM phase_opening"
    " WHERE phase_id = ANY(CAST(:phases AS uuid[]))"
)
_ADD_PASS = text(
    "INSERT INTO gate_pass (phase_id, stage, authority, number, decided_on, document, reason, proposal_id, approved_by,"
    " passed_at) VALUES (:phase_id, :stage, :authority, :number, :decided_on, :document, :reason, :proposal_id,"
    " :approved_by, :now) ON CONFLICT DO NOTHING RETURNING stage"
)
_PASSES = text(
    "SELECT stage, authority, number, decided_on, document, reason, approved_by, passed_at FROM gate_pass"
    " WHERE phase_id = :phase_id"
)
_ADD_REACHED = text(
    "INSERT INTO stage_reached (phase_id, stage, moved_by, reached_at, conditions)"
    " VALUES (:phase_id, :stage, :moved_by, :now, CAST(:conditions AS jsonb)) ON CONFLICT DO NOTHING"
)
# Of the governorates given in order, the nearest that has a phase: its newest one.
_BEFORE = statement(
    "SELECT p.phase_id FROM rollout_phase p JOIN <rows> ON r.governorate = p.governorate"
    " ORDER BY r.place DESC, p.opened_at DESC NULLS LAST, p.phase_id DESC LIMIT 1",
    governorate="text",
    place="integer",
)


def _resolution(row: Row[Any]) -> Resolution:
    return Resolution(row.authority, row.number, row.decided_on, row.document)


def _values(given: Resolution) -> dict[str, object]:
    return {
        "authority": given.authority,
        "number": given.number,
        "decided_on": given.decided_on,
        "document": given.document,
    }


async def set_stage(session: AsyncSession, phase_id: UUID, stage: Stage) -> None:
    """Let a phase come as far as a stage."""
    await session.execute(_SET_STAGE, {"phase_id": phase_id, "stage": str(stage)})


async def open_phase(
    session: AsyncSession, phase_id: UUID, given: Resolution, proposal_id: UUID, approved_by: str, now: datetime
) -> None:
    """Keep the decision that opens a phase."""
    values = {"phase_id": phase_id, "proposal_id": proposal_id, "approved_by": approved_by, "now": now}
    await session.execute(_OPEN, {"phase_id": phase_id, "now": now})
    await session.execute(_ADD_OPENING, {**values, **_values(given)})


async def openings(session: AsyncSession, phases: Iterable[UUID]) -> dict[UUID, Resolution]:
    """The decisions by which phases were opened, of those that were."""
    rows = await session.execute(_OPENINGS, {"phases": list(phases)})
    return {row.phase_id: _resolution(row) for row in rows}


async def add_pass(session: AsyncSession, phase_id: UUID, given: GatePass, proposal_id: UUID) -> bool:
    """Keep that a gate was passed by decision; False where it was already."""
    values = {
        "phase_id": phase_id,
        "stage": str(given.stage),
        "reason": given.reason,
        "proposal_id": proposal_id,
        "approved_by": given.approved_by,
        "now": given.passed_at,
    }
    return (await session.execute(_ADD_PASS, {**values, **_values(given.resolution)})).scalar() is not None


async def passes(session: AsyncSession, phase_id: UUID) -> dict[Stage, GatePass]:
    """The gates of a phase that were passed by decision."""
    rows = await session.execute(_PASSES, {"phase_id": phase_id})
    found = (GatePass(Stage(row.stage), _resolution(row), row.reason, row.approved_by, row.passed_at) for row in rows)
    return {one.stage: one for one in found}


async def add_reached(
    session: AsyncSession, phase_id: UUID, stage: Stage, moved_by: str, conditions: JsonValue, now: datetime
) -> None:
    """Keep that a phase has reached a stage, with what its gate measured."""
    values = {
        "phase_id": phase_id,
        "stage": str(stage),
        "moved_by": moved_by,
        "conditions": orjson.dumps(conditions).decode(),
        "now": now,
    }
    await session.execute(_ADD_REACHED, values)


async def phase_before(session: AsyncSession, places: dict[str, int]) -> UUID | None:
    """The newest phase of the nearest of earlier governorates that has one."""
    values = {"governorate": list(places), "place": list(places.values())}
    found: UUID | None = (await session.execute(_BEFORE, values)).scalar_one_or_none()
    return found
