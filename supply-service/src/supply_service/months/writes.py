"""What opening and correcting months writes, as columns for set-based statements, and the events that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chassis.ids import new_id
from chassis.row_arrays import columns
from contracts.event import Event
from contracts.supply import FlourGranted, PotCorrected
from supply_service.cards.pots import Columns
from supply_service.rules.account import Account, Pot
from supply_service.rules.correcting import Correction
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS
from supply_service.rules.opening import Opening
from supply_service.rules.remaining import told_unit
from supply_service.sales.events import cash_due
from supply_service.sales.events import opening as opening_events

Cause = Literal["register", "legacy_draws"]

_POT = ("household_id", "period", "programme", "granted", "remaining", "members", "daily")
_ENTRY = ("household_id", "source_id", "period", "programme", "line", "kind", "quantity")
_CORRECTION = (
    "household_id", "correction_id", "line", "period", "programme", "kind", "quantity", "of_month", "cause"
)  # fmt: skip
_SETTLED = ("household_id", "opened", "debt_bread", "debt_goods", "debt_points")
_TOLD = frozenset({"raised", "lowered", "paid_back"})


class Writes:
    """Rows by table and events, household after household."""

    def __init__(self) -> None:
        """Begin empty."""
        self.events: list[Event] = []
        self._rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in _COLUMNS}

    @property
    def tables(self) -> Mapping[str, Columns]:
        """The rows as columns."""
        return {name: columns(self._rows[name], *names) for name, names in _COLUMNS.items()}

    def account(self, before: Account, opening: Opening | None, correction: Correction | None, cause: Cause) -> None:
        """A household whose months were opened, corrected, or both in this order."""
        after = correction.account if correction else opening.account if opening else before
        if after is before and not (correction and correction.paid):
            return
        household_id, debts = after.household_id, after.debts
        self._rows["settled"].append((household_id, after.opened, debts[BREAD], debts[GOODS], debts[POINTS]))
        for key, pot in after.pots.items():
            if key not in before.pots:
                self._rows["opened"].append(_pot(after, pot))
            elif pot is not before.pots[key]:
                self._rows["changed"].append(_pot(after, pot))
        if opening is not None:
            source_id = new_id()
            self._rows["entries"] += [
                (household_id, source_id, e.period, e.programme, e.line, e.kind, e.quantity) for e in opening.entries
            ]
            self.events += opening_events(opening)
        if correction is not None:
            self._correct(correction, cause)

    def _correct(self, correction: Correction, cause: Cause) -> None:
        household_id, correction_id = correction.account.household_id, new_id()
        self._rows["entries"] += [
            (household_id, correction_id, due.period, due.programme, line, "cash", due.amount)
            for line, due in enumerate(correction.paid)
        ]
        self.events += cash_due(household_id, correction.paid)
        for line, one in enumerate(correction.entries):
            self._rows["corrections"].append(
                (
                    household_id, correction_id, line, one.period, one.programme, one.kind, one.quantity, one.of_month,
                    cause,
                )
            )  # fmt: skip
            if one.kind in _TOLD:
                pot = correction.account.pots[(one.programme, one.period)]
                if one.programme == FLOUR:
                    self.events.append(
                        FlourGranted(
                            household_id=household_id, period=one.period, granted=pot.granted, remaining=pot.remaining
                        )
                    )
                    continue
                self.events.append(
                    PotCorrected(
                        household_id=household_id,
                        programme=one.programme,
                        period=one.period,
                        of_month=one.of_month,
                        kind=one.kind,
                        quantity=one.quantity,
                        unit=told_unit(one.programme),
                        granted=pot.granted,
                        remaining=pot.remaining,
                        cause=cause,
                    )
                )


_COLUMNS = {"settled": _SETTLED, "opened": _POT, "changed": _POT, "entries": _ENTRY, "corrections": _CORRECTION}


def _pot(account: Account, pot: Pot) -> tuple[object, ...]:
    return account.household_id, pot.period, pot.programme, pot.granted, pot.remaining, pot.members, pot.daily
