"""Every statement on cards and wallets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import row_arrays
from chassis.area import InGovernorate
from chassis.paging import Paging
from payment_service.ledger import repository as ledger

_OPEN_WALLETS = row_arrays.statement(
    "INSERT INTO wallet (citizen_id, wallet_id, household_id, governorate)"
    " SELECT DISTINCT ON (r.citizen_id) r.citizen_id, r.wallet_id, r.household_id, r.governorate"
    " FROM <numbered rows>"
    " ORDER BY r.citizen_id, r.n DESC ON CONFLICT (citizen_id) DO UPDATE SET governorate = excluded.governorate"
    " WHERE wallet.governorate IS DISTINCT FROM excluded.governorate"
    " RETURNING citizen_id, old.citizen_id IS NULL AS opened",
    citizen_id="uuid",
    wallet_id="uuid",
    household_id="uuid",
    governorate="text",
)
_PUT_CARDS = row_arrays.statement(
    "INSERT INTO card (card_id, citizen_id, household_id, state)"
    " SELECT r.card_id, r.citizen_id, r.household_id, 'active'"
    " FROM <rows>"
    " ON CONFLICT (card_id) DO UPDATE SET state = 'active' WHERE card.state <> 'closed'",
    card_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
)
# A wallet belongs where its holder's card does; one that is closed only says so where nothing else does.
_RESTATE_WALLETS = row_arrays.statement(
    "INSERT INTO wallet (citizen_id, wallet_id, household_id, governorate)"
    " SELECT DISTINCT ON (citizen_id) citizen_id, wallet_id, household_id, governorate FROM <numbered rows>"
    " ORDER BY citizen_id, n DESC ON CONFLICT (citizen_id) DO UPDATE SET governorate = excluded.governorate"
    " WHERE wallet.governorate IS NULL OR (:in_use AND wallet.governorate <> excluded.governorate)"
    " RETURNING citizen_id, old.citizen_id IS NULL AS opened",
    citizen_id="uuid",
    wallet_id="uuid",
    household_id="uuid",
    governorate="text",
)
_RESTATE_CARDS = row_arrays.statement(
    "INSERT INTO card (card_id, citizen_id, household_id, state)"
    " SELECT DISTINCT ON (card_id) card_id, citizen_id, household_id, state FROM <numbered rows>"
    " ORDER BY card_id, n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET state = excluded.state"
    " WHERE card.state <> 'closed' AND card.state <> excluded.state",
    card_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
    state="text",
)
_SET_STATE = text("UPDATE card SET state = :state WHERE card_id = :card_id AND state <> 'closed'")
_OF_CARD = text(
    "SELECT c.card_id, c.state, c.citizen_id, c.household_id, w.wallet_id, w.governorate, a.balance, a.held"
    " FROM card c JOIN wallet w USING (citizen_id) JOIN account a ON a.account_id = w.wallet_id"
    " WHERE c.card_id = :card_id"
)
_OF_CITIZEN = text(
    "SELECT a.balance, a.held FROM wallet w JOIN account a ON a.account_id = w.wallet_id"
    " WHERE w.citizen_id = :citizen_id"
)
_HOLDERS = text(
    "SELECT c.card_id, c.citizen_id, c.state, w.governorate FROM card c LEFT JOIN wallet w USING (citizen_id)"
    " WHERE c.card_id = ANY(CAST(:card_ids AS uuid[]))"
)
# A payment has its id from its hold, and its moment from before it had the wallet's lock: what orders a statement is
# the number a posting is given under that lock. Those of before there were numbers come first, by their moment.
_STATEMENT = text(
    "SELECT t.transfer_id, t.kind, t.reference, t.posted, t.settled_at, t.debit_account_id"
    " FROM transfer t WHERE t.state = 'posted'"
    " AND (t.debit_account_id = :wallet_id OR t.credit_account_id = :wallet_id)"
    " AND (coalesce(t.posting, 0), t.settled_at, t.transfer_id) > ALL (SELECT coalesce(posting, 0), settled_at,"
    " transfer_id FROM transfer WHERE transfer_id = :after)"
    " ORDER BY coalesce(t.posting, 0), t.settled_at, t.transfer_id LIMIT :limit"
)


@dataclass(frozen=True)
class CardWallet(InGovernorate):
    """A card with the wallet of its holder."""

    card_id: UUID
    state: str
    citizen_id: UUID
    household_id: UUID
    wallet_id: UUID
    governorate: str | None
    balance: int
    held: int


async def open_wallets(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> set[UUID]:
    """Open wallets that are not open yet and know their cards; gives the citizens whose wallet is new."""
    await ledger.open_accounts(session, "wallet", [str(citizen_id) for citizen_id in columns["citizen_id"]])
    new = {row.citizen_id for row in await session.execute(_OPEN_WALLETS, columns) if row.opened}
    await session.execute(_PUT_CARDS, columns)
    return new


async def restate(session: AsyncSession, columns: Mapping[str, Sequence[object]], *, in_use: bool) -> set[UUID]:
    """Cards and wallets as they are, told again; gives the citizens whose wallet is new. `in_use`: none is closed."""
    await ledger.open_accounts(session, "wallet", [str(citizen_id) for citizen_id in columns["citizen_id"]])
    rows = await session.execute(_RESTATE_WALLETS, {**columns, "in_use": in_use})
    new = {row.citizen_id for row in rows if row.opened}
    await session.execute(_RESTATE_CARDS, dict(columns))
    return new


async def set_card_state(session: AsyncSession, card_id: UUID, state: str) -> None:
    """Block, unblock or close a card."""
    await session.execute(_SET_STATE, {"card_id": card_id, "state": state})


async def of_card(session: AsyncSession, card_id: UUID) -> CardWallet | None:
    """The wallet a card pays from."""
    row = (await session.execute(_OF_CARD, {"card_id": card_id})).one_or_none()
    return CardWallet(**row._mapping) if row else None


class Holder(NamedTuple):
    """Who holds a card, and where their wallet belongs."""

    citizen_id: UUID
    state: str
    governorate: str | None


async def holders(session: AsyncSession, card_ids: Sequence[UUID]) -> dict[UUID, Holder]:
    """The holders of cards, as far as they are known."""
    rows = await session.execute(_HOLDERS, {"card_ids": list(card_ids)})
    return {row.card_id: Holder(row.citizen_id, row.state, row.governorate) for row in rows}


async def of_citizen(session: AsyncSession, citizen_id: UUID) -> tuple[int, int] | None:
    """Balance and held amount of a citizen's wallet."""
    row = (await session.execute(_OF_CITIZEN, {"citizen_id": citizen_id})).one_or_none()
    return (row.balance, row.held) if row else None


async def statement(
    session: AsyncSession, wallet_id: UUID, page: Paging[UUID]
) -> Sequence[tuple[UUID, str, str, int, datetime]]:
    """Posted movements of a wallet, oldest first; what left it is negative."""
    rows = await session.execute(_STATEMENT, {"wallet_id": wallet_id} | page.bounds)
    return [
        (
            row.transfer_id,
            row.kind,
            row.reference,
            -row.posted if row.debit_account_id == wallet_id else row.posted,
            row.settled_at,
        )
        for row in rows
    ]
