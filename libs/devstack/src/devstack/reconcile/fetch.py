"""A day's documents from the gateway's API, by a client with the scopes `settlements:read` and `ledger:read`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import date

from devstack.reconcile.compare import Books, Document, Result, compare
from devstack.terminal.caller import Caller
from devstack.terminal.fleet import pages

LOOK_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Proofs:
    """Both services' proofs of their own books: of a month's pots, and of the whole ledger."""

    pots: Document
    ledger: Document


async def proofs(caller: Caller, day: date) -> Proofs:
    """The proofs as of now, for the month of that day."""
    return Proofs(await caller.get("/v1/pot-proof", day=day.isoformat()), await caller.get("/v1/ledger-proof"))


async def books(caller: Caller, day: date, known: Proofs | None = None) -> Books:
    """What both services say of a day. `known`: the proofs, where they were asked for already."""
    on = day.isoformat()
    outlets = [outlet async for outlet in pages(caller, "/v1/outlet-totals", day=on)]
    merchants = [merchant async for merchant in pages(caller, "/v1/merchant-totals", day=on)]
    settled = await caller.get("/v1/settlement-totals", day=on)
    proved = known or await proofs(caller, day)
    return Books(on, outlets, merchants, settled, proved.pots, proved.ledger)


async def reconcile(caller: Caller, day: date, wait_s: float = 0.0, known: Proofs | None = None) -> Result:
    """Compare, and look again for so many seconds while what was just sold or closed is on its way to the ledger."""
    deadline = time.monotonic() + wait_s
    while True:
        result = compare(await books(caller, day, known))
        if result.agrees or time.monotonic() >= deadline:
            return result
        await asyncio.sleep(LOOK_AGAIN_S)
