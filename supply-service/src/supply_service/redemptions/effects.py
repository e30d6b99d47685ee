"""Everything a batch writes, as rows for one set-based statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from chassis.hot import Answer
from chassis.ids import new_id
from contracts.event import Event
from supply_service.redemptions import statements
from supply_service.redemptions.answers import lines_json
from supply_service.redemptions.items import Item, ReversalItem, SaleItem
from supply_service.rules.account import Account, Entry, Pot
from supply_service.rules.figures import BREAD, GOODS, POINTS
from supply_service.rules.redeem import Sale
from supply_service.rules.reverse import Reversal

Row = tuple[Any, ...]


@dataclass(slots=True)
class Effects:
    """Rows by table, every one with the household it depends on."""

    households: list[Row] = field(default_factory=list)
    pots: list[Row] = field(default_factory=list)
    redemptions: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    opened: list[Row] = field(default_factory=list)
    reversals: list[Row] = field(default_factory=list)
    offline: list[Row] = field(default_factory=list)
    tenders: list[Row] = field(default_factory=list)

    def household(self, before: Account, after: Account, version: int, opened: date | None) -> None:
        """A household with its pots as they are from now on, if it is still at `version`."""
        known_pots, debts = before.pots, after.debts
        if len(known_pots) != len(after.pots):
            opened = max(period for programme, period in after.pots if programme == GOODS)
        self.households.append((after.household_id, version, opened, debts[BREAD], debts[GOODS], debts[POINTS]))
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

    def sale(self, sale: Sale, item: SaleItem, redemption_id: UUID, at: datetime) -> None:
        """A draw with its entries, and its place in an offline chain where it has one."""
        household_id, place, conflict = sale.account.household_id, item.place, sale.conflict
        self.redemptions.append(
            (
                household_id, redemption_id, sale.lines[0].period, sale.day, item.card_id, place.terminal_id,
                place.outlet_id, place.governorate, at, item.signed is not None, conflict, sale.loaves, sale.goods,
                sale.cash, lines_json(sale.lines),
            )
        )  # fmt: skip
        self._entries(household_id, redemption_id, sale.entries)
        if item.tenders:
            self.tenders += [
                (household_id, t.payment_id, redemption_id, place.outlet_id, sale.day, t.amount) for t in item.tenders
            ]
        if item.signed is not None:
            signed = item.signed
            self.offline.append(
                (
                    household_id, place.terminal_id, signed.sequence, signed.sale_id, signed.hash, signed.previous_hash,
                    "overdrawn" if conflict else "applied", conflict, redemption_id, signed.document,
                )
            )  # fmt: skip

    def reversal(self, done: Reversal, item: ReversalItem, reversal_id: UUID, now: datetime) -> None:
        """A reversal with its entries."""
        sale, place = item.sale, item.place
        self.reversals.append(
            (
                sale.household_id, sale.redemption_id, reversal_id, sale.card_id, place.terminal_id, place.outlet_id,
                done.day, now, item.reason, sale.loaves, sale.goods, sale.cash,
            )
        )  # fmt: skip
        self._entries(sale.household_id, reversal_id, done.entries)

    def answer(self, household_id: UUID, item: Item, answer: Answer, day: date) -> None:
        """The reply under its key, for a repeat."""
        if item.key is not None:
            self.answers.append(
                (household_id, item.place.terminal_id, item.key, day, item.fingerprint, answer.status, answer.body)
            )

    def publish(self, household_id: UUID, events: Iterable[Event], at: datetime, traceparent: str | None) -> None:
        """Events in the outbox."""
        for event in events:
            self.publish_encoded(household_id, type(event), event.model_dump_json().encode(), at, traceparent)

    def publish_encoded(
        self, household_id: UUID, kind: type[Event], payload: bytes, at: datetime, traceparent: str | None
    ) -> None:
        """An event that was encoded already; all events of a lane have the household as their key."""
        self.events.append(
            (household_id, new_id(), kind.event_type(), kind.TOPIC, str(household_id), at, traceparent, payload)
        )

    def statement(self) -> str:
        """The leanest statement that writes it all."""
        if self.tenders:
            return statements.WRITE_TENDERS
        if self.reversals or self.offline:
            return statements.WRITE_ALL
        return statements.WRITE_OPENING if self.opened else statements.WRITE_PLAIN

    def parameters(self) -> list[list[Row]]:
        """The rows in the statement's order. Households come in the order of their keys: locks are taken so."""
        self.households.sort()
        rows = [self.households, self.pots, self.redemptions, self.entries, self.answers, self.events]
        # Each statement takes what the leaner one takes, and more.
        statement = self.statement()
        if statement is not statements.WRITE_PLAIN:
            rows.append(self.opened)
        if statement in {statements.WRITE_ALL, statements.WRITE_TENDERS}:
            rows += [self.reversals, self.offline]
        if statement is statements.WRITE_TENDERS:
            rows.append(self.tenders)
        return rows

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
