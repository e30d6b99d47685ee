"""Providers of care told again, as their rows stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.restating.teller import Restatement
from contracts.health import ClinicTerminalRestated, ProviderRestated
from health_service.context import Runtime
from terminal_registry import kinds
from terminal_registry.restated import restatement

_STAND = text(
    "SELECT provider_id, kind, governorate, trial FROM provider WHERE provider_id = ANY(CAST(:keys AS uuid[]))"
    " ORDER BY provider_id"
)


async def _providers(
    session: AsyncSession, _: Runtime, keys: Sequence[UUID], restatement_id: UUID
) -> Sequence[ProviderRestated]:
    rows = (await session.execute(_STAND, {"keys": list(keys)})).mappings()
    return [ProviderRestated.model_validate({**row, "restatement_id": restatement_id}) for row in rows]


PROVIDERS: Final[Restatement[Runtime]] = Restatement(
    restated=ProviderRestated, table="provider", key="provider_id", events=_providers
)
TERMINALS: Final = restatement(kinds.CLINICS, ClinicTerminalRestated, "clinic_terminal", "provider")
