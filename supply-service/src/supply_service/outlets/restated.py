"""Points of sale told again, as their rows stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.restating.teller import Restatement
from contracts.supply import OutletRestated, TerminalRestated
from supply_service.context import Runtime
from terminal_registry import kinds
from terminal_registry.restated import restatement

_STAND = text(
    "SELECT outlet_id, kind, governorate, district, trial FROM outlet WHERE outlet_id = ANY(CAST(:keys AS uuid[]))"
    " ORDER BY outlet_id"
)


async def _outlets(
    session: AsyncSession, _: Runtime, keys: Sequence[UUID], restatement_id: UUID
) -> Sequence[OutletRestated]:
    rows = (await session.execute(_STAND, {"keys": list(keys)})).mappings()
    return [OutletRestated.model_validate({**row, "restatement_id": restatement_id}) for row in rows]


OUTLETS: Final[Restatement[Runtime]] = Restatement(
    restated=OutletRestated, table="outlet", key="outlet_id", events=_outlets
)
TERMINALS: Final = restatement(kinds.OUTLETS, TerminalRestated, "terminal", "outlet")
