"""Use case: the configuration of a terminal, by the figures of the days for which it holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from chassis.clock import day_begins
from chassis.refusals import Refusal
from supply_service.configuration.schemas import Household, PrintedNotice, Spell, TerminalConfiguration, Terms
from supply_service.context import Runtime
from supply_service.receipt_notices import repository as notices
from supply_service.rules.figures import Figures, FiguresByDay
from supply_service.rules.sale import Place, figures_on


async def printed_at(runtime: Runtime, place: Place, today: date) -> list[PrintedNotice]:
    """What receipts of a place are printed with from today on."""
    async with runtime.sessions() as session:
        return [
            PrintedNotice.model_validate(
                {
                    "notice": one.notice_id, "programmes": one.programmes, "from": one.first_day, "to": one.last_day,
                    "ar": one.ar, "en": one.en,
                }
            )
            for one in await notices.at(session, place.governorate, place.district, today)
        ]  # fmt: skip


def configuration_of(
    place: Place, today: date, figures: FiguresByDay, printed: Sequence[PrintedNotice] = ()
) -> TerminalConfiguration:
    """What the terminal sells by from today on: as long as a sale by today's price list is taken.

    It is the same all day, so that an unchanged one need not be sent again. A day whose figures the books do not have
    ends it. Raises PolicyNotInForce where they do not have today's.
    """
    terms, last = _terms(place, today, figures)
    return TerminalConfiguration(
        terminal=place.terminal_id,
        outlet=place.outlet_id,
        kind=place.outlet_kind,
        gov=place.governorate,
        at=int(day_begins(today).timestamp()),
        exp=int(day_begins(last + timedelta(days=1)).timestamp()),
        terms=terms,
        notices=[*printed] or None,
    )


def _terms(place: Place, today: date, figures: FiguresByDay) -> tuple[list[Terms], date]:
    terms: list[Terms] = []
    last = today
    for day, then in _days(today, figures):
        of_day = _of_day(place, day, then)
        if not terms or of_day.model_copy(update={"since": terms[-1].since}) != terms[-1]:
            terms.append(of_day)
        last = day
    return terms, last


def _days(today: date, figures: FiguresByDay) -> Iterator[tuple[date, Figures]]:
    first = figures_on(figures, today)
    yield today, first
    for n in range(1, math.ceil(first.late_prices_hours / 24) + 1):
        day = today + timedelta(days=n)
        try:
            yield day, figures_on(figures, day)
        except Refusal:
            return


def _of_day(place: Place, day: date, then: Figures) -> Terms:
    return Terms.model_validate(
        {
            "from": day,
            "price_list": then.price_list,
            "programmes": sorted(name for name, kinds in then.outlet_kinds.items() if place.outlet_kind in kinds),
            "household": Household(
                loaves_per_person=then.loaves_per_person,
                loaves_per_day=then.household_loaves,
                days_per_draw=list(zip(then.days_per_draw.starts, then.days_per_draw.figures, strict=True)),
                single_days_at_month_end=then.single_days_at_month_end,
                loaves_unproven=then.free.loaves_by_sale,
            ),
            "spell": Spell(sales=then.spell_sales, amount=then.spell_amount, hours=then.spell_hours),
            "upload_days": then.offline_days,
            "clock_skew_seconds": then.clock_skew_seconds,
        }
    )
