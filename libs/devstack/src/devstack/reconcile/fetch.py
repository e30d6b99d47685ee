"""A day's documents from the gateway's API, by a client with the scopes `settlements:read` and `ledger:read`."""

from __future__ import annotations

import asyncio
import time
from datetime import date

from devstack.reconcile.compare import Books, Result, compare
from devstack.terminal.caller import Caller
from devstack.terminal.fleet import pages

LOOK_AGAIN_S = 0.5


async def books(caller: Caller, day: date) -> Books:
    """What both services say of a day."""
    on = day.isoformat()
    outlets = [outlet async for outlet in pages(caller, "/v1/outlet-totals", day=on)]
    merchants = [merchant async for merchant in pages(caller, "/v1/merchant-totals", day=on)]
    return Books(
        on,
        outlets,
        merchants,
        await caller.get("/v1/settlement-totals", day=on),
        await caller.get("/v1/pot-proof", day=on),
        await caller.get("/v1/ledger-proof"),
    )


async def reconcile(caller: Caller, day: date, wait_s: float = 0.0) -> Result:
    """Compare, and look again for so many seconds while what was just sold or closed is on its way to the ledger."""
    deadline = time.monotonic() + wait_s
    while True:
        result = compare(await books(caller, day))
        if result.agrees or time.monotonic() >= deadline:
            return result
        await asyncio.sleep(LOOK_AGAIN_S)
