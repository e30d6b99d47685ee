"""Everything a batch writes, as rows for one set-based statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson

from chassis.ids import new_id
from contracts.event import Event
from supply_service.rules.account import Account, Entry, Pot
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.reverse import Reversal
from supply_service.rules.sale import Sale
from supply_service.sales import statements
from supply_service.sales.orders import ReversalOrder, SaleOrder
from supply_service.sales.record import ReversalRecord, SaleRecord

Row = tuple[object, ...]


@dataclass(slots=True)
class Writes:
    """Rows by table, every one with the household it depends on. `number` keeps the order of events."""

    households: list[Row] = field(default_factory=list)
    pots: list[Row] = field(default_factory=list)
    sales: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    opened: list[Row] = field(default_factory=list)
    reversals: list[Row] = field(default_factory=list)
    offline: list[Row] = field(default_factory=list)
    tenders: list[Row] = field(default_factory=list)
    number: int = 0

    def household(self, before: Account, after: Account, version: int) -> None:
        """A household with its pots as they are from now on, if it is still at `version`."""
        known_pots, debts = before.pots, after.debts
        self.households.append((after.household_id, version, after.opened, debts[BREAD], debts[GOODS], debts[POINTS]))
        for key, pot in after.pots.items():
            known = known_pots.get(key)
            if known is None:
                self.opened.append(_opened_row(after.household_id, pot))
            elif known is not pot:
                self.pots.append(
                    (
                        after.household_id,
                        pot.period,
                        pot.programme,
                        pot.remaining,
                        pot.drawn_days,
                        units_json(pot.drawn_units),
                    )
                )

    def sale(self, decided: Sale, sale: SaleRecord, order: SaleOrder) -> None:
        """A sale under its key, with its event, and its place in an offline chain where it has one."""
        self.number += 1
        self.sales.append(
            (
                sale.household_id, sale.sale_id, sale.period, sale.business_day, sale.card_id, sale.terminal_id,
                sale.outlet_id, sale.governorate, sale.occurred_at, sale.offline, sale.conflict, sale.loaves,
                sale.goods, sale.cash, sale.taken(BREAD), sale.taken(GOODS), sale.taken(POINTS), sale.document(),
                order.key, order.fingerprint, order.traceparent, self.number,
            )
        )  # fmt: skip
        self._entries(sale.household_id, sale.sale_id, [entry for entry in decided.entries if entry.kind != "draw"])
        if sale.tenders:
            self.tenders += [
                (sale.household_id, t.payment_id, sale.sale_id, sale.outlet_id, sale.business_day, t.amount)
                for t in sale.tenders
            ]
        if (signed := order.signed) is not None:
            self.offline.append(
                (
                    sale.household_id, sale.terminal_id, signed.sequence, signed.sale_id, signed.hash,
                    signed.previous_hash, "overdrawn" if sale.conflict else "applied", sale.conflict, sale.sale_id,
                    signed.document,
                )
            )  # fmt: skip

    def reversal(self, done: Reversal, reversal: ReversalRecord, order: ReversalOrder) -> None:
        """A reversal under its key, with its entries."""
        sale = reversal.sale
        self.reversals.append(
            (
                sale.household_id, sale.sale_id, reversal.reversal_id, sale.card_id, reversal.terminal_id,
                reversal.outlet_id, reversal.business_day, reversal.occurred_at, reversal.reason, sale.loaves,
                sale.goods, sale.cash, orjson.dumps({"left": reversal.left}).decode(), order.key, order.fingerprint,
            )
        )  # fmt: skip
        self._entries(sale.household_id, reversal.reversal_id, done.entries)

    def publish(self, household_id: UUID, events: Iterable[Event], at: datetime, traceparent: str | None) -> None:
        """Events in the outbox; all events of a lane have the household as their key."""
        for event in events:
            self._event(household_id, type(event), at, traceparent, event.model_dump_json().encode(), None)

    def publish_rendered(self, kind: type[Event], sale: SaleRecord, traceparent: str | None) -> None:
        """An event whose payload the relay renders from the sale."""
        self._event(sale.household_id, kind, sale.occurred_at, traceparent, None, sale.sale_id)

    def statement(self) -> str | None:
        """The leanest statement that writes it all; None where nothing has changed."""
        if not self.households:
            return None
        if self.reversals or self.offline or self.tenders:
            return statements.WRITE_ALL
        return statements.WRITE_OPENING if self.opened or self.entries or self.events else statements.WRITE_PLAIN

    def parameters(self) -> list[list[Row]]:
        """The rows in the statement's order. Households come in the order of their keys: locks are taken so."""
        self.households.sort()
        rows = [self.households, self.pots, self.sales]
        # Each statement takes what the leaner one takes, and more.
        statement = self.statement()
        if statement != statements.WRITE_PLAIN:
            rows += [self.entries, self.events, self.opened]
        if statement == statements.WRITE_ALL:
            rows += [self.reversals, self.offline, self.tenders]
        return rows

    def _event(
        self,
        household_id: UUID,
        kind: type[Event],
        at: datetime,
        traceparent: str | None,
        payload: bytes | None,
        source_id: UUID | None,
    ) -> None:
        self.number += 1
        self.events.append(
            (
                household_id, new_id(), kind.event_type(), kind.TOPIC, at, traceparent, payload, source_id,
                self.number,
            )
        )  # fmt: skip

    def _entries(self, household_id: UUID, source_id: UUID, entries: Iterable[Entry]) -> None:
        self.entries += [(household_id, source_id, e.period, e.programme, e.line, e.kind, e.quantity) for e in entries]


def units_json(units: Mapping[str, int]) -> str | None:
    """Counted units as they are stored."""
    return orjson.dumps(dict(units)).decode() if units else None


def _opened_row(household_id: UUID, pot: Pot) -> Row:
    return (
        household_id, pot.period, pot.programme, pot.granted, pot.remaining, pot.members, pot.daily, pot.drawn_days,
        units_json(pot.drawn_units),
    )  # fmt: skip
