"""Everything a batch writes, as rows for one set-based statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import orjson

from chassis.holder_proofs.form import HolderProof
from chassis.ids import new_id
from contracts.event import Event
from supply_service.rules.account import Account, Entry, Pot
from supply_service.rules.grants import GrantMove
from supply_service.rules.keys import BREAD, GOODS, POINTS, is_grant
from supply_service.rules.reverse import Reversal
from supply_service.rules.sale import Sale
from supply_service.sales import statements
from supply_service.sales.orders import ReversalOrder, SaleOrder, Signed
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
    disputes: list[Row] = field(default_factory=list)
    proofs: list[Row] = field(default_factory=list)
    unproven: list[Row] = field(default_factory=list)
    grant_pots: list[Row] = field(default_factory=list)
    grant_moves: list[Row] = field(default_factory=list)
    raised: list[Row] = field(default_factory=list)
    number: int = 0

    def household(self, before: Account, after: Account, version: int) -> None:
        """A household with its pots as they are from now on, if it is still at `version`."""
        known_pots, debts = before.pots, after.debts
        self.households.append((after.household_id, version, after.opened, debts[BREAD], debts[GOODS], debts[POINTS]))
        for key, pot in after.pots.items():
            known = known_pots.get(key)
            if is_grant(pot.programme):
                if known is not pot:
                    self.grant_pots.append(_grant_pot_row(after.household_id, pot))
            elif known is None:
                self.opened.append(_opened_row(after.household_id, pot))
            elif known.granted != pot.granted:
                self.raised.append(_opened_row(after.household_id, pot))
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
                sale.goods, sale.cash, sale.taken(BREAD), sale.taken(GOODS), sale.taken(POINTS), decided.flour,
                sale.document(),
                order.key, order.fingerprint, order.traceparent, self.number,
            )
        )  # fmt: skip
        self._entries(sale.household_id, sale.sale_id, [entry for entry in decided.entries if entry.kind != "draw"])
        if sale.tenders:
            self.tenders += [
                (sale.household_id, t.payment_id, sale.sale_id, sale.outlet_id, sale.business_day, t.amount)
                for t in sale.tenders
            ]
        if isinstance(order.proof, HolderProof):
            proof = order.proof
            self.proofs.append((sale.household_id, proof.proof_id, sale.sale_id, proof.expires_at))
        elif sale.bought and order.late is None:
            self.unproven.append((sale.household_id, sale.business_day, sale.bought))
        if decided.moves:
            self._moves(sale.household_id, sale.sale_id, decided.moves, sale.outlet_id, sale.business_day)
        if order.signed is not None:
            amount = sale.cash + sale.bought
            self._link(order.signed, sale, sale.terminal_id, _standing(decided), sale.occurred_at, amount)

    def reversal(self, done: Reversal, reversal: ReversalRecord, order: ReversalOrder) -> None:
        """A reversal under its key, with its entries, and its place in an offline chain where it has one."""
        sale = reversal.sale
        self.reversals.append(
            (
                sale.household_id, sale.sale_id, reversal.reversal_id, sale.card_id, reversal.terminal_id,
                reversal.outlet_id, reversal.business_day, reversal.occurred_at, reversal.reason, reversal.loaves,
                reversal.goods, reversal.cash, reversal.flour, reversal.document(), order.key, order.fingerprint,
            )
        )  # fmt: skip
        self._entries(sale.household_id, reversal.reversal_id, done.entries)
        if order.signed is not None:
            self._link(order.signed, sale, reversal.terminal_id, ("reversed", None), reversal.occurred_at, 0)
        if done.moves:
            self._moves(sale.household_id, reversal.reversal_id, done.moves, reversal.outlet_id, reversal.business_day)

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
        if self.reversals or self.offline or self.tenders or self.proofs or self.unproven or self.grant_pots:
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
            rows += [self.reversals, self.offline, self.tenders, self.disputes, self.proofs, self.unproven]
            rows += [self.grant_pots, self.grant_moves, self.raised]
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

    def _link(
        self,
        signed: Signed,
        sale: SaleRecord,
        terminal_id: UUID,
        standing: tuple[str, str | None],
        at: datetime,
        amount: int,
    ) -> None:
        self.offline.append(
            (
                sale.household_id, terminal_id, signed.sequence, signed.sale_id, signed.hash, signed.previous_hash,
                *standing, sale.sale_id, signed.document, at, amount,
            )
        )  # fmt: skip

    def _entries(self, household_id: UUID, source_id: UUID, entries: Iterable[Entry]) -> None:
        self.entries += [(household_id, source_id, e.period, e.programme, e.line, e.kind, e.quantity) for e in entries]

    def _moves(
        self, household_id: UUID, source_id: UUID, moves: Iterable[GrantMove], outlet_id: UUID, day: date
    ) -> None:
        """What left grants' pots or came back to them, summed up by pot."""
        sums: Counter[tuple[str, date, str]] = Counter()
        for move in moves:
            sums[move.programme, move.period, move.kind] += move.amount
        self.grant_moves += [
            (household_id, source_id, *key, amount, outlet_id, day) for key, amount in sums.items() if amount
        ]


def _standing(decided: Sale) -> tuple[str, str | None]:
    """What a signed sale is called, and why."""
    if decided.disputed:
        return "disputed", decided.disputed[0].reason
    return "overdrawn" if decided.conflict else "applied", decided.conflict


def units_json(units: Mapping[str, int]) -> str | None:
    """Counted units as they are stored."""
    return orjson.dumps(dict(units)).decode() if units else None


def _grant_pot_row(household_id: UUID, pot: Pot) -> Row:
    return (
        household_id, pot.programme, pot.period, pot.granted, pot.remaining, pot.members, units_json(pot.drawn_units)
    )  # fmt: skip


def _opened_row(household_id: UUID, pot: Pot) -> Row:
    return (
        household_id, pot.period, pot.programme, pot.granted, pot.remaining, pot.members, pot.daily, pot.drawn_days,
        units_json(pot.drawn_units),
    )  # fmt: skip
