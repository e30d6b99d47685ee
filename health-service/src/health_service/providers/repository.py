"""Every SQL statement about providers, and where a terminal stands (`terminal_registry` writes the terminals)."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_ADDED = "provider_id, kind, name_ar, name_en, governorate, district, registered_at, trial"
_PROVIDER = f"{_ADDED}, contact IS NOT NULL AS reachable"
_ADD_PROVIDER = text(
    f"INSERT INTO provider ({_ADDED})"
    " VALUES (:provider_id, :kind, :name_ar, :name_en, :governorate, :district, :registered_at, :trial)"
)
_FIND_PROVIDER = text(f"SELECT {_PROVIDER} FROM provider WHERE provider_id = :provider_id")
_PROVIDERS = BoundedStatement(
    f"SELECT {_PROVIDER} FROM provider WHERE provider_id > :after AND <bound>"
    " AND (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND (CAST(:kind AS text) IS NULL OR kind = :kind) ORDER BY provider_id LIMIT :limit",
    governorate="governorate",
    district="district",
    provider_id="provider_id",
)
_STANDS = text(
    "SELECT t.status, p.provider_id, p.kind, p.governorate, p.district, p.trial"
    " FROM clinic_terminal t JOIN provider p USING (provider_id)"
    " WHERE t.terminal_id = :terminal_id"
)


async def add_provider(session: AsyncSession, **values: object) -> None:
    """Enter a provider."""
    await session.execute(_ADD_PROVIDER, values)


async def find_provider(session: AsyncSession, provider_id: UUID) -> RowMapping | None:
    """A provider, or None."""
    return (await session.execute(_FIND_PROVIDER, {"provider_id": provider_id})).mappings().one_or_none()


async def providers(
    session: AsyncSession, bound: Bound, governorate: str | None, kind: str | None, page: Paging[UUID]
) -> Sequence[RowMapping]:
    """A page of the providers the caller may see."""
    parameters = {"governorate": governorate, "kind": kind} | page.bounds
    return (await session.execute(*_PROVIDERS.within(bound, parameters))).mappings().all()


async def where_stands(session: AsyncSession, terminal_id: UUID) -> RowMapping | None:
    """The provider a terminal stands in, with the terminal's status."""
    return (await session.execute(_STANDS, {"terminal_id": terminal_id})).mappings().one_or_none()
