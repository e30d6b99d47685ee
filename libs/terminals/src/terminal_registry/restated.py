"""Terminals told again, as the rows of the service that owns their places stand."""

# ruff: noqa: S608 - nothing but the names of tables and columns that a service gives is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.restating.teller import Restatement
from chassis.runtime import Resources
from contracts.restated import Restated
from terminal_registry.kinds import Kind


def restatement(kind: Kind, restated: type[Restated], table: str, places: str) -> Restatement[Resources]:
    """How the terminals of one kind of place are told again. `table`: of terminals; `places`: of the places."""
    known_as = "" if kind.terminals else " p.kind,"
    stand = text(
        f"SELECT t.terminal_id, t.{kind.place},{known_as} p.governorate, t.authority,"
        f" t.suspension_reason AS suspended_for FROM {table} t JOIN {places} p USING ({kind.place})"
        " WHERE t.terminal_id = ANY(CAST(:keys AS uuid[])) ORDER BY t.terminal_id"
    )

    async def events(
        session: AsyncSession, _: Resources, keys: Sequence[UUID], restatement_id: UUID
    ) -> Sequence[Restated]:
        rows = (await session.execute(stand, {"keys": list(keys)})).mappings()
        return [restated.model_validate({**row, "restatement_id": restatement_id}) for row in rows]

    return Restatement(restated=restated, table=table, key="terminal_id", events=events)
