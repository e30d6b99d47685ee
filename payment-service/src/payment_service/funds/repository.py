"""Every statement on funds and programmes of payouts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.paging import Paging

_FUND = (
    "SELECT f.fund, f.authority, f.name_ar, f.name_en, f.account_id, a.balance, a.balance - a.held AS available,"
    " f.changed_by, f.changed_at FROM payout_fund f JOIN account a USING (account_id)"
)
_PROGRAMME = (
    "SELECT p.programme, p.fund, f.authority, f.account_id, p.kind, p.name_ar, p.name_en, p.open, p.changed_by,"
    " p.changed_at FROM payout_programme p JOIN payout_fund f USING (fund)"
)
_OWN = "(CAST(:authority AS text) IS NULL OR f.authority = :authority)"
_FIND_FUND = text(f"{_FUND} WHERE f.fund = :fund")
_FUNDS = text(f"{_FUND} WHERE f.fund > :after AND {_OWN} ORDER BY f.fund LIMIT :limit")
_FIND_PROGRAMME = text(f"{_PROGRAMME} WHERE p.programme = :programme")
_PROGRAMMES = text(f"{_PROGRAMME} WHERE p.programme > :after AND {_OWN} ORDER BY p.programme LIMIT :limit")
_LOCK_FUND = text("SELECT fund, authority, account_id FROM payout_fund WHERE fund = :fund FOR UPDATE")
_PUT_FUND = text(
    "INSERT INTO payout_fund (fund, account_id, authority, name_ar, name_en, changed_by, changed_at)"
    " VALUES (:fund, :account_id, :authority, :name_ar, :name_en, :by, :at)"
    " ON CONFLICT (fund) DO UPDATE SET name_ar = excluded.name_ar, name_en = excluded.name_en,"
    " changed_by = excluded.changed_by, changed_at = excluded.changed_at"
)
_SET_OWNER = text(
    "UPDATE payout_fund SET authority = :authority, changed_by = :by, changed_at = :at WHERE fund = :fund"
)
_IN_USE = text(
    "SELECT EXISTS (SELECT FROM payout_batch WHERE fund = :fund AND state IN ('approved', 'due', 'booking'))"
)
_PUT_PROGRAMME = text(
    "INSERT INTO payout_programme (programme, fund, kind, name_ar, name_en, open, changed_by, changed_at)"
    " VALUES (:programme, :fund, :kind, :name_ar, :name_en, :open, :by, :at)"
    " ON CONFLICT (programme) DO UPDATE SET fund = excluded.fund, kind = excluded.kind, name_ar = excluded.name_ar,"
    " name_en = excluded.name_en, open = excluded.open, changed_by = excluded.changed_by,"
    " changed_at = excluded.changed_at"
)


async def find_fund(session: AsyncSession, fund: str) -> Row[Any] | None:
    """A fund with what is in it."""
    return (await session.execute(_FIND_FUND, {"fund": fund})).one_or_none()


async def lock_fund(session: AsyncSession, fund: str) -> Row[Any] | None:
    """A fund, held until the end of the transaction."""
    return (await session.execute(_LOCK_FUND, {"fund": fund})).one_or_none()


async def funds(session: AsyncSession, authority: str | None, page: Paging[str]) -> Sequence[Row[Any]]:
    """The funds of an authority; None: of all."""
    return (await session.execute(_FUNDS, {"authority": authority} | page.bounds)).all()


async def put_fund(session: AsyncSession, fund: str, account_id: UUID, by: str, at: datetime, **said: str) -> None:
    """Enter a fund, or call one that is there by another name; whose that is stays."""
    await session.execute(_PUT_FUND, {"fund": fund, "account_id": account_id, "by": by, "at": at} | said)


async def in_use(session: AsyncSession, fund: str) -> bool:
    """Whether batches are being paid from a fund: what they leave goes back to it."""
    return bool((await session.execute(_IN_USE, {"fund": fund})).scalar_one())


async def set_owner(session: AsyncSession, fund: str, authority: str, by: str, at: datetime) -> None:
    """Write whose a fund is from now on."""
    await session.execute(_SET_OWNER, {"fund": fund, "authority": authority, "by": by, "at": at})


async def find_programme(session: AsyncSession, programme: str) -> Row[Any] | None:
    """A programme with its fund and the fund's authority."""
    return (await session.execute(_FIND_PROGRAMME, {"programme": programme})).one_or_none()


async def programmes(session: AsyncSession, authority: str | None, page: Paging[str]) -> Sequence[Row[Any]]:
    """The programmes of an authority; None: of all."""
    return (await session.execute(_PROGRAMMES, {"authority": authority} | page.bounds)).all()


async def put_programme(session: AsyncSession, programme: str, by: str, at: datetime, **said: object) -> None:
    """Enter a programme, or change what is said of it."""
    await session.execute(_PUT_PROGRAMME, {"programme": programme, "by": by, "at": at} | said)
