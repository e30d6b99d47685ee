"""Accounts by what they are for: their ids follow from that, so that nothing has to be looked up."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

import asyncpg

NAMESPACE = UUID("7f6a2c1e-52d8-5b0e-9c55-3f0a6f2a9d11")
CURRENCY = "EGP"

_OPEN = """
    INSERT INTO account (account_id, kind, owner, currency, may_overdraw)
    SELECT u.account_id, $2, u.owner, $4, $5 FROM unnest($1::uuid[], $3::text[]) AS u (account_id, owner)
    ON CONFLICT DO NOTHING
"""
# A wallet never lends. A merchant may owe after a refund, a fund draws on the treasury.
MAY_OVERDRAW = {"wallet": False, "merchant": True, "provider": True, "fund": True, "clearing": True}


def account_id(kind: str, owner: str) -> UUID:
    """The id of an owner's account of a kind."""
    return uuid5(NAMESPACE, f"{kind}:{owner}:{CURRENCY}")


def wallet_id(citizen_id: UUID) -> UUID:
    """The id of a citizen's wallet."""
    return account_id("wallet", str(citizen_id))


class Opened:
    """Opens accounts when they are first needed, and remembers that it did."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        """`pool`: connections for the rare insert."""
        self._pool = pool
        self._known: set[UUID] = set()

    async def one(self, kind: str, owner: str) -> UUID:
        """The account's id, after making sure that it exists."""
        wanted = account_id(kind, owner)
        if wanted not in self._known:
            await self.many(kind, [owner])
        return wanted

    async def many(self, kind: str, owners: Iterable[str]) -> None:
        """Make sure that the accounts of several owners exist."""
        wanted = {account_id(kind, owner): owner for owner in owners}
        missing = {key: owner for key, owner in wanted.items() if key not in self._known}
        if missing:
            await self._pool.execute(_OPEN, list(missing), kind, list(missing.values()), CURRENCY, MAY_OVERDRAW[kind])
            self._known |= missing.keys()
