"""The week at the counters: citizens come when their message says, show the id and take the card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from devstack.demo.calendar import at
from devstack.demo.context import Context, Desk
from devstack.demo.people import Person
from devstack.demo.sink import Invitation, e164
from devstack.terminal.fleet import Tally, in_parallel
from devstack.terminal.provision import identifier

Visit = tuple[Person, Desk]


async def play(context: Context, told: dict[str, Invitation], each_day: Callable[[date], Awaitable[None]]) -> None:
    """Hand over the cards of everybody invited, day by day; `each_day` is run in the morning."""
    context.headline("Hand-over at the counters")
    by_day, unreached = _visits(context, told)
    tally = Tally()
    cards: dict[str, str] = {}
    with context.bar("cards handed over", sum(map(len, by_day.values())) + len(unreached)) as advance:

        async def hand_over(visit: Visit) -> None:
            person, desk = visit
            card = await find(desk, person)
            if card is None:
                return
            await give(desk, card, person)
            cards[person.national_id] = card_id(card)
            context.heads_given += person.role == "head"

        for day in context.calendar.week:
            await context.set_clock(at(day, 8))
            await each_day(day)
            await in_parallel(by_day[day], hand_over, lanes=context.options.lanes, tally=tally, progress=advance)
        late = await _find_unreached(context, unreached)
        await in_parallel(late, hand_over, lanes=context.options.lanes, tally=tally)
    for holder in context.holders:
        holder.card_id = cards.get(holder.household.head.national_id, holder.card_id)
    _check(context, tally, cards, sum(map(len, by_day.values())) + len(late))


def _visits(context: Context, told: dict[str, Invitation]) -> tuple[dict[date, list[Visit]], list[Person]]:
    """Who comes where on which day; and the adults who got no message."""
    desks = {desk.site.name_ar: desk for desk in context.desks}
    days: dict[date, list[Visit]] = defaultdict(list)
    unreached: list[Person] = []
    for household in context.families():
        if household is context.followed:
            continue
        for person in household.members:
            invitation = told.get(e164(person.mobile)) if person.mobile else None
            if invitation is not None:
                days[invitation.at.date()].append((person, desks[invitation.site]))
            elif not person.mobile and person.is_adult(context.people.today):
                unreached.append(person)
    return days, unreached


async def _find_unreached(context: Context, people: list[Person]) -> list[Visit]:
    """Those without a telephone ask at any counter, and come to the one that has their card."""
    found: list[Visit] = []
    desks = {desk.site_id: desk for desk in context.desks}

    async def ask(numbered: tuple[int, Person]) -> None:
        number, person = numbered
        card = await find(context.desks[number % len(context.desks)], person)
        if card is not None and site_of(card) in desks:
            found.append((person, desks[site_of(card)]))

    await in_parallel(enumerate(people), ask, lanes=context.options.lanes)
    return found


async def find(desk: Desk, person: Person) -> dict[str, Any] | None:
    """The card that waits for a citizen, as a clerk finds it by the national id; None where there is none."""
    body = {"national_id": person.national_id}
    cards = (await desk.counter.post("/v1/cards/search", body))["items"]
    return next((card for card in cards if card["state"] == "in_stock"), None)


async def give(desk: Desk, card: dict[str, object], person: Person) -> None:
    """Hand a card over after the check of the national id."""
    await desk.counter.post(f"/v1/cards/{card_id(card)}/handover", {"national_id": person.national_id})


def card_id(card: dict[str, Any]) -> str:
    """The id of a card the counter found."""
    return str(identifier(card, "card_id"))


def site_of(card: dict[str, Any]) -> str:
    """The site at which a card waits."""
    return str((card.get("site") or {}).get("site_id", ""))


def _check(context: Context, tally: Tally, cards: dict[str, str], invited: int) -> None:
    report = context.report
    report.figure("hand-overs", tally.per_second, "a second")
    report.figure("hand-over, find and give, median", tally.percentile(0.5), "ms")
    report.figure("hand-over, find and give, 99 in 100 within", tally.percentile(0.99), "ms")
    refused = ", ".join(f"{code} {times}" for code, times in tally.refused.items())
    report.check("cards handed over", invited, len(cards), "POST /v1/cards/{id}/handover")
    report.check("hand-overs refused", "none", refused or "none", "POST /v1/cards/{id}/handover")
    heads = sum(1 for holder in context.holders if holder.card_id)
    report.check("heads of household with their card", len(context.holders), heads, "POST /v1/cards/search")
