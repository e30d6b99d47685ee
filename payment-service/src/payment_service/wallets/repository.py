"""Every statement on cards and wallets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import row_arrays
from chassis.area import InGovernorate
from chassis.paging import Paging
from payment_service.ledger import repository as ledger
from payment_service.ledger.accounts import wallet_id

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
# Whose a card is and that it is active is said by its activation; whether it pays, by what was told last.
_PUT_CARDS = row_arrays.statement(
    "INSERT INTO card AS c (card_id, citizen_id, household_id, governorate, state, payment, payment_at)"
    " SELECT DISTINCT ON (r.card_id) r.card_id, r.citizen_id, r.household_id, r.governorate, 'active', r.payment, r.at"
    " FROM <numbered rows> ORDER BY r.card_id, r.n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET state = CASE WHEN c.state = 'closed' THEN c.state ELSE 'active' END,"
    " citizen_id = excluded.citizen_id, governorate = excluded.governorate,"
    " payment = CASE WHEN c.payment_at > excluded.payment_at THEN c.payment ELSE excluded.payment END,"
    " payment_at = greatest(c.payment_at, excluded.payment_at)",
    card_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
    governorate="text",
    payment="bool",
    at="timestamptz",
)
_SET_PAYMENT = row_arrays.statement(
    "INSERT INTO card AS c (card_id, household_id, state, payment, payment_at)"
    " SELECT DISTINCT ON (r.card_id) r.card_id, r.household_id, 'issued', r.payment, r.at FROM <numbered rows>"
    " ORDER BY r.card_id, r.at DESC, r.n DESC ON CONFLICT (card_id) DO UPDATE SET payment = excluded.payment,"
    " payment_at = excluded.payment_at WHERE c.payment_at IS NULL OR c.payment_at <= excluded.payment_at",
    card_id="uuid",
    household_id="uuid",
    payment="bool",
    at="timestamptz",
)
# Holders of active cards that pay and have no wallet yet.
_WITHOUT_WALLET = text(
    "SELECT c.card_id, c.citizen_id, c.household_id, c.governorate FROM card c"
    " WHERE c.card_id = ANY(CAST(:card_ids AS uuid[])) AND c.payment AND c.citizen_id IS NOT NULL"
    " AND c.state IN ('active', 'blocked') AND NOT EXISTS (SELECT FROM wallet w WHERE w.citizen_id = c.citizen_id)"
    " ORDER BY c.card_id"
)
_OF_THE_DEAD = text(
    "SELECT w.wallet_id FROM wallet w JOIN deceased d USING (citizen_id) WHERE d.released IS NULL"
    " AND w.citizen_id = ANY(CAST(:citizens AS uuid[]))"
)
_DIED = row_arrays.statement(
    "INSERT INTO deceased AS d (citizen_id, died_on, heard_at)"
    " SELECT citizen_id, min(died_on), :at FROM <rows> GROUP BY citizen_id ORDER BY citizen_id"
    " ON CONFLICT (citizen_id) DO UPDATE SET died_on = least(d.died_on, excluded.died_on)",
    citizen_id="uuid",
    died_on="date",
)
_LOCK_DECEASED = text(
    "SELECT d.citizen_id, d.died_on, d.released, w.wallet_id, w.governorate, a.balance, a.held FROM deceased d"
    " LEFT JOIN wallet w USING (citizen_id) LEFT JOIN account a ON a.account_id = w.wallet_id"
    " WHERE d.citizen_id = :citizen_id FOR UPDATE OF d"
)
_RELEASE = text(
    "UPDATE deceased SET released = :released, released_at = :at, released_by = :by, reason = :reason,"
    " heir_wallet_id = :heir_wallet_id WHERE citizen_id = :citizen_id"
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
# A card of before it was heard which services are on it pays as it did.
_RESTATE_CARDS = row_arrays.statement(
    "INSERT INTO card AS c (card_id, citizen_id, household_id, governorate, state, payment, payment_at)"
    " SELECT DISTINCT ON (card_id) card_id, citizen_id, household_id, governorate, state, payment, at"
    " FROM <numbered rows> ORDER BY card_id, n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET state = CASE WHEN c.state = 'closed' THEN c.state ELSE excluded.state END,"
    " citizen_id = excluded.citizen_id, governorate = excluded.governorate,"
    " payment = CASE WHEN c.payment IS NULL AND NOT excluded.payment THEN NULL ELSE excluded.payment END,"
    " payment_at = greatest(c.payment_at, excluded.payment_at)",
    card_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
    governorate="text",
    state="text",
    payment="bool",
    at="timestamptz",
)
_SET_STATE = text("UPDATE card SET state = :state WHERE card_id = :card_id AND state <> 'closed'")
_OF_CARD = text(
    "SELECT c.card_id, c.state, c.citizen_id, c.household_id, w.wallet_id, w.governorate, a.balance, a.held, a.frozen,"
    " coalesce(c.payment, true) AS pays"
    " FROM card c JOIN wallet w USING (citizen_id) JOIN account a ON a.account_id = w.wallet_id"
    " WHERE c.card_id = :card_id"
)
_PUT_HEADS = row_arrays.statement(
    "INSERT INTO household_head AS h (household_id, citizen_id, revision)"
    " SELECT DISTINCT ON (household_id) household_id, citizen_id, revision FROM <rows>"
    " ORDER BY household_id, revision DESC"
    " ON CONFLICT (household_id) DO UPDATE SET citizen_id = excluded.citizen_id, revision = excluded.revision"
    " WHERE h.revision < excluded.revision",
    household_id="uuid",
    citizen_id="uuid",
    revision="int",
)
_WITH_WALLET = text("SELECT citizen_id FROM wallet WHERE citizen_id = ANY(CAST(:citizens AS uuid[]))")
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

# One row for each credit that was wrong; the newest decision says how much is to be taken back of it in all.
_LOCK_CORRECTION = text("SELECT taken FROM wallet_correction WHERE credit_id = :credit_id FOR UPDATE")
_PUT_CORRECTION = text(
    "INSERT INTO wallet_correction AS c (credit_id, wallet_id, citizen_id, decided, taken, corrected_at)"
    " VALUES (:credit_id, :wallet_id, :citizen_id, :decided, :taken, :at) ON CONFLICT (credit_id) DO UPDATE"
    " SET decided = excluded.decided, taken = excluded.taken, corrected_at = excluded.corrected_at"
)
_OWED = text(
    "SELECT CAST(coalesce(sum(decided - taken), 0) AS bigint) FROM wallet_correction WHERE citizen_id = :citizen_id"
)
_FUND_OF_BATCH = text("SELECT fund_id FROM payout_batch WHERE paying_account_id = :account_id LIMIT 1")


Columns = Mapping[str, Sequence[object]]


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
    frozen: bool
    pays: bool  # payment is on the card


class Opening(NamedTuple):
    """A card whose holder's wallet is to be open."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str | None


async def put_cards(session: AsyncSession, columns: Columns) -> None:
    """Cards that are active: whose, where, and from `at` on whether they pay."""
    await session.execute(_PUT_CARDS, dict(columns))


async def set_payment(session: AsyncSession, columns: Columns) -> None:
    """Whether cards pay, from `at` on; what was told of them later holds."""
    await session.execute(_SET_PAYMENT, dict(columns))


async def without_wallet(session: AsyncSession, card_ids: Sequence[UUID]) -> list[Opening]:
    """Those of the cards that pay and whose holders have no wallet yet."""
    return [Opening(*row) for row in await session.execute(_WITHOUT_WALLET, {"card_ids": list(card_ids)})]


async def open_for(session: AsyncSession, cards: Sequence[Opening]) -> set[UUID]:
    """Open wallets that are not open yet, and note where they belong; gives the citizens whose wallet is new.

    The wallet of one who is dead stands still from the beginning.
    """
    return await _put_wallets(session, _OPEN_WALLETS, cards)


async def restate(session: AsyncSession, cards: Sequence[Opening], *, in_use: bool) -> set[UUID]:
    """Wallets as their cards say, told again; gives the citizens whose wallet is new. `in_use`: none is closed."""
    return await _put_wallets(session, _RESTATE_WALLETS, cards, in_use=in_use)


async def _put_wallets(session: AsyncSession, put: TextClause, cards: Sequence[Opening], **more: object) -> set[UUID]:
    if not cards:
        return set()
    await ledger.open_accounts(session, "wallet", [str(card.citizen_id) for card in cards])
    columns = row_arrays.transposed(cards, "citizen_id", "household_id", "governorate")
    columns["wallet_id"] = [wallet_id(card.citizen_id) for card in cards]
    rows = await session.execute(put, {**columns, **more})
    new = {row.citizen_id for row in rows if row.opened}
    await _freeze(session, columns["citizen_id"])
    return new


async def restate_cards(session: AsyncSession, columns: Columns) -> None:
    """Cards as they are, told again."""
    await session.execute(_RESTATE_CARDS, dict(columns))


async def with_wallet(session: AsyncSession, citizens: Sequence[UUID]) -> set[UUID]:
    """Those of the citizens whose wallet is open."""
    return set((await session.execute(_WITH_WALLET, {"citizens": list(citizens)})).scalars())


async def put_heads(session: AsyncSession, heads: Columns) -> None:
    """Who is the head of households, by the register's newest state."""
    await session.execute(_PUT_HEADS, dict(heads))


async def died(session: AsyncSession, columns: Columns, at: datetime) -> None:
    """Citizens who are dead (`citizen_id`, `died_on`): their wallets stand still until two persons have decided."""
    await session.execute(_DIED, {**columns, "at": at})
    await _freeze(session, columns["citizen_id"])


async def _freeze(session: AsyncSession, citizens: Sequence[object]) -> None:
    """Let the wallets of those who are dead stand still."""
    found = list((await session.execute(_OF_THE_DEAD, {"citizens": list(citizens)})).scalars())
    if found:
        await ledger.set_frozen(session, found, frozen=True)


async def lock_deceased(session: AsyncSession, citizen_id: UUID) -> Row[Any] | None:
    """One who is dead, with the wallet where there is one, held until the end of the transaction."""
    return (await session.execute(_LOCK_DECEASED, {"citizen_id": citizen_id})).one_or_none()


async def release(session: AsyncSession, **columns: object) -> None:
    """Note what was decided on the wallet of one who is dead."""
    await session.execute(_RELEASE, columns)


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


async def lock_correction(session: AsyncSession, credit_id: UUID) -> int:
    """Piastres of a credit that were taken back, its row locked where there is one."""
    return (await session.execute(_LOCK_CORRECTION, {"credit_id": credit_id})).scalar_one_or_none() or 0


async def put_correction(session: AsyncSession, **columns: object) -> None:
    """Keep how much of a credit is to be taken back in all, and how much was."""
    await session.execute(_PUT_CORRECTION, columns)


async def owed(session: AsyncSession, citizen_id: UUID) -> int:
    """Piastres of wrong credits that are still to be taken back of a citizen's wallet."""
    found: int = (await session.execute(_OWED, {"citizen_id": citizen_id})).scalar_one()
    return found


async def fund_of_batch(session: AsyncSession, paying_account_id: UUID) -> UUID | None:
    """The account of the fund whose batch pays from an account; None where none does."""
    return (await session.execute(_FUND_OF_BATCH, {"account_id": paying_account_id})).scalar_one_or_none()
