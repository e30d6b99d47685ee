"""Both ends of the money: the two databases, what must be found in them, and what the terminals believe."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from chassis.testing import migrated_database
from payment_service import MIGRATIONS as PAYMENT
from supply_service import MIGRATIONS as SUPPLY

from .town import Person, Till

if TYPE_CHECKING:
    from devstack.engines import PostgresEngine


async def database(postgres: PostgresEngine, name: str, migrations: Path) -> str:
    """A fresh, migrated database."""
    return await migrated_database(postgres.url(), name, migrations)


async def rows(url: str, statement: str) -> list[asyncpg.Record]:
    """What a statement finds."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


@dataclass(frozen=True)
class Books:
    """The databases of supply and payments."""

    supply: str
    payment: str

    @classmethod
    async def make(cls, postgres: PostgresEngine) -> Books:
        """Two fresh databases on one server."""
        return cls(await database(postgres, "supply", SUPPLY), await database(postgres, "payment", PAYMENT))

    async def citizens(self) -> int:
        """How many citizens both services know."""
        wallets = await rows(self.payment, "SELECT count(*) AS n FROM wallet")
        cards = await rows(self.supply, "SELECT count(*) AS n FROM card WHERE state = 'active'")
        return int(min(wallets[0]["n"], cards[0]["n"]))

    async def paid(self) -> bool:
        """Whether every batch of payouts is booked."""
        waiting = await rows(self.payment, "SELECT count(*) AS n FROM payout_batch WHERE state <> 'completed'")
        return bool(waiting[0]["n"] == 0)

    async def settled(self) -> bool:
        """Whether every tender and its reversal has reached the ledger, and no hold is left."""
        here = await rows(
            self.supply,
            "SELECT (SELECT count(*) FROM tender), (SELECT count(*) FROM reversal JOIN tender USING (redemption_id))",
        )
        there = await rows(
            self.payment,
            "SELECT count(*) FILTER (WHERE kind = 'sale'), count(*) FILTER (WHERE kind = 'reversal'),"
            " (SELECT count(*) FROM transfer WHERE state = 'pending') FROM merchant_booking",
        )
        return tuple(there[0]) == (*here[0], 0)

    async def check_sales(self, tills: Sequence[Till]) -> None:
        """What the terminals believe they sold and took back is what was sold and taken back."""
        believed = {sale: amount for till in tills for sale, amount in till.sales().items()}
        found = await rows(
            self.supply,
            "SELECT r.redemption_id, coalesce(sum(t.amount), 0)::int AS wallet FROM redemption r"
            " LEFT JOIN tender t USING (redemption_id) GROUP BY 1",
        )
        assert {str(row["redemption_id"]): row["wallet"] for row in found} == believed
        taken_back = await rows(self.supply, "SELECT redemption_id FROM reversal")
        assert {str(row["redemption_id"]) for row in taken_back} == {sale for till in tills for sale in till.reversed()}

    async def check_holds(self) -> None:
        """Each tender is one transfer of its amount, each captured payment belongs to a sale, no hold is left."""
        tenders = await rows(self.supply, "SELECT payment_id, amount, unpaid FROM tender")
        assert [row["payment_id"] for row in tenders if row["unpaid"]] == []
        bookings = await rows(
            self.payment,
            "SELECT b.payment_id, t.posted, t.transfer_id FROM merchant_booking b"
            " LEFT JOIN transfer t USING (transfer_id) WHERE b.kind = 'sale'",
        )
        assert {r["payment_id"]: r["posted"] for r in bookings} == {r["payment_id"]: r["amount"] for r in tenders}
        # Whatever was ever taken from a wallet for a payment belongs to exactly one sale.
        captured = await rows(
            self.payment, "SELECT transfer_id FROM transfer WHERE kind = 'payment' AND state = 'posted'"
        )
        assert {row["transfer_id"] for row in captured} == {row["transfer_id"] for row in bookings}
        held = await rows(self.payment, "SELECT count(*) AS n FROM account WHERE held <> 0")
        assert held[0]["n"] == 0

    async def check_wallets(self, everybody: Collection[Person], income: Mapping[UUID, int]) -> None:
        """Each wallet holds its citizen's income less what was bought and not taken back."""
        net = await rows(
            self.supply,
            "SELECT r.card_id, sum(t.amount) FILTER (WHERE v.redemption_id IS NULL) AS spent FROM redemption r"
            " JOIN tender t USING (redemption_id) LEFT JOIN reversal v USING (redemption_id) GROUP BY 1",
        )
        spent = {row["card_id"]: int(row["spent"] or 0) for row in net}
        wallets = await rows(
            self.payment, "SELECT w.citizen_id, a.balance FROM wallet w JOIN account a ON a.account_id = w.wallet_id"
        )
        assert {row["citizen_id"]: row["balance"] for row in wallets} == {
            person.citizen_id: income[person.citizen_id] - spent.get(person.card_id, 0) for person in everybody
        }

    async def check_payouts(self, payouts: int) -> None:
        """Each payout was booked and told once, and no event was set aside."""
        paid = await rows(
            self.payment,
            "SELECT count(*) AS n, count(DISTINCT payload) AS told FROM outbox WHERE type LIKE '%.PayoutPaid.v1'",
        )
        assert tuple(paid[0]) == (payouts,) * 2
        aside = [
            (await rows(url, "SELECT count(*) AS n FROM parked_event"))[0]["n"] for url in (self.supply, self.payment)
        ]
        assert aside == [0, 0]
