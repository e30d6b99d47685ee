"""The ledger's lanes (`chassis.lanes`): a batch is read without locks, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chassis.lane_connection import LaneConnection
from chassis.lanes import Lanes, LaneSettings
from chassis.runtime import Resources
from payment_service.ledger import statements
from payment_service.ledger.batch import Batch
from payment_service.ledger.items import Item, Result, account_ids, settled_ids, transfer_ids
from payment_service.settings import Settings

Ledger = Lanes[Item, Result]


def ledger(runtime: Resources, settings: Settings) -> Ledger:
    """Lanes as many as the settings say."""

    async def decide(lane: LaneConnection, items: Sequence[Item]) -> Batch:
        operations = [operation for item in items for operation in item.operations]
        accounts = account_ids(operations)
        if settled := settled_ids(operations):
            for row in await lane.fetch(statements.PARTIES, list(settled)):
                accounts |= {row["debit_account_id"], row["credit_account_id"]}
        keyed = [(item.caller, item.key) for item in items if item.key is not None]
        rows = await lane.fetch(
            statements.READ,
            list(accounts),
            list(transfer_ids(operations)),
            [caller for caller, _ in keyed],
            [key for _, key in keyed],
        )
        return Batch.of(rows, runtime.clock.now()).decide(items)

    size = LaneSettings(settings.database_url, "payment-lane", settings.lanes, settings.max_batch, settings.max_queue)
    return Lanes(size, decide, lambda first: replace(first, repeated=True), runtime.wake_relay)
