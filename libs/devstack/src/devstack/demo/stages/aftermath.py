"""The month after, in which what was decided counts: cards of new heads, an appeal won, the dead not paid."""

from __future__ import annotations

from datetime import date, timedelta

from devstack.demo.calendar import at
from devstack.demo.context import Context, Desk
from devstack.demo.families import Event
from devstack.demo.homes import Home
from devstack.demo.people import Person
from devstack.demo.sink import e164, invitation
from devstack.demo.stages import closing, deaths, handover, moves, payday
from devstack.demo.stages.by_hand import done_of, sell_bread, take_over
from devstack.demo.stages.distribution import plan_week
from devstack.demo.stages.life import Life
from devstack.demo.stages.month import Day, Month
from devstack.demo.stages.outage import Outage
from devstack.demo.waiting import until
from devstack.reconcile.fetch import reconcile
from devstack.terminal.caller import Refused
from devstack.terminal.device import goods
from devstack.terminal.fleet import in_parallel

LANES = 8
WAIT_S = 120.0
MORE_THAN_NEEDED = 50  # heads of others who may wait for a card as well
SERVICES = ("supply", "payment")


async def play(context: Context, life: Life, played: Month) -> None:
    """The last evening of the month, and two weeks of the next."""
    homes, first = life.homes, life.next_month
    context.headline(f"The month after: {first:%B %Y}")
    await context.set_clock(at(first - timedelta(days=1), 20))
    mark = await context.sink.last_id()
    await plan_week(context, context.calendar.newcomers_week, len(homes.newcomers) + MORE_THAN_NEEDED, "heads")
    for home in (*homes.all, *homes.founded):
        home.holder.counted = home.must_count(first).bread
    for home in homes.of(Event.FLOUR):
        home.holder.apart = False  # chosen for a month: it draws bread again
    await context.set_clock(at(first, 6))
    month = Month(played.rules)
    await Day(context, month, first, Outage(context, played.rules)).play()
    refused = ", ".join(f"{code} {n}" for code, n in (month.bread.refused + month.sales.refused).items())
    life.check("sales of the first day of the month after, refused", "none", refused or "none", "POST /v1/redemptions")
    await in_parallel(homes.of(Event.MOVE), lambda home: sell_bread(context, home.holder), lanes=LANES)
    await closing.close(context, month.closings, context.elsewhere[moves.GOVERNORATE], first)
    await _agrees(context, life, first)
    await _appeal_won(context, life, first + timedelta(days=1))
    await _newcomers(context, life, mark)
    await payday.returned(context, homes)
    await deaths.release(context, homes, life.check)


async def _agrees(context: Context, life: Life, day: date) -> None:
    result = await reconcile(context.finance, day, wait_s=WAIT_S)
    own = {
        terminal.outlet_id for terminal in (*context.bakeries, *context.shops, *context.elsewhere[moves.GOVERNORATE])
    }
    open_here = [found for found in result.findings if found.kind == "difference" or found.outlet_id in own]
    words = "; ".join(map(str, open_here[:3])) or "all agree"
    life.check(f"{day}: sales, pots, settlements and ledger", "all agree", words, "unicard reconcile --day")


async def _appeal_won(context: Context, life: Life, day: date) -> None:
    """Another person than who decided first grants the appeal; the month that was lost is paid back into this one."""
    homes, office = life.homes.of(Event.APPEAL), context.office
    await context.set_clock(at(day, 9))
    shop = context.shops[0]

    async def left(home: Home) -> int:
        pots = (await shop.caller.get(f"/v1/entitlements/{home.holder.card_id}"))["pots"]
        return sum(int(pot["remaining"]) for pot in pots if pot["programme"] == "goods")

    before = await left(homes[0])
    try:
        same = str((await office.grant_by(office.approver, homes[0].request_id))["appeal"])
    except Refused as refusal:
        same = refusal.code
    mark = await context.sink.last_id()
    done = await in_parallel(homes, lambda home: office.grant_by(office.judge, home.request_id), lanes=LANES)
    for home in homes:
        home.from_month(day.replace(day=1), len(home.members))
    whole = life.rules.monthly_allowance(len(homes[0].members))
    after = await until(lambda: left(homes[0]), lambda found: found == 2 * whole, within_s=WAIT_S)
    told = await context.sink.wait_for(e164(homes[0].members[0].mobile), mark, "", WAIT_S)
    context.say(f"[bold cyan]{day:%d %b}[/] The appeal is won. The family reads:", [told["text"]])
    life.check("appeals won, decided by another person", len(homes), done_of(done), "POST …/appeal/decision")
    life.check("an appeal decided by who decided before", "appeal_same_decider", same, "POST …/appeal/decision")
    life.check("goods of the excluded family before, piastres", 0, before, "GET /v1/entitlements/{card}")
    life.check("and after: this month's, and the one that was lost", 2 * whole, after, "GET /v1/entitlements/{card}")

    async def shopping(home: Home) -> None:
        sale = await shop.sell(home.holder.card_id, [goods("sugar", 2), goods("oil", 1)])
        home.holder.goods_amount += sum(line["amount"] for line in sale["lines"])
        await sell_bread(context, home.holder)

    await in_parallel(homes, shopping, lanes=LANES)


async def _newcomers(context: Context, life: Life, mark: int) -> None:
    """Those who have become heads without a card are invited, fetch one in a week, and draw the day after it."""
    newcomers = life.homes.newcomers
    week = [context.calendar.newcomers_week + timedelta(days=number) for number in range(6)]
    names = sorted((desk.site.name_ar for desk in context.desks), key=len, reverse=True)
    days: dict[date, list[tuple[Person, Desk]]] = {}
    by_name = {desk.site.name_ar: desk for desk in context.desks}
    for home, number in newcomers:
        person = home.members[number]
        text = (await context.sink.wait_for(e164(person.mobile), mark, "استلم", WAIT_S))["text"]
        told = invitation(text, names, at(week[0], 0))
        if told is None:
            raise LookupError("a new head was told no site and hour")
        days.setdefault(told.at.date(), []).append((person, by_name[told.site]))
    given = 0
    for day in week:
        if day in days:
            await context.set_clock(at(day, 9))
        for person, desk in days.get(day, []):
            card = await handover.find(desk, person)
            if card is not None:
                await handover.give(desk, card, person)
                given += 1
    what = "new heads of household invited, who fetched their cards"
    life.check(what, len(newcomers), given, "POST /v1/cards/{id}/handover")
    evening = at(week[-1], 20)
    await context.set_clock(evening)
    heirs = [(home.holder, home.citizen(number)) for home, number in newcomers]
    activated = await take_over(context, heirs, SERVICES)
    life.check("cards of new heads activated", len(newcomers), activated, "GET /v1/activations/{id}")
    for home in life.homes.founded:
        home.holder.activated_on = evening.date()
    await context.set_clock(at(week[-1] + timedelta(days=1), 8))
    drawn = await in_parallel(newcomers, lambda one: sell_bread(context, one[0].holder), lanes=LANES)
    context.say(f"[bold cyan]{week[-1] + timedelta(days=1):%d %b}[/] New households draw their first bread.")
    life.check("first sales of bread to new heads", len(newcomers), done_of(drawn), "POST /v1/redemptions")
