"""The families to whom something will happen: registered one by one, with their legacy ration cards."""

from __future__ import annotations

from typing import Any

from devstack.demo.behaviour import staples
from devstack.demo.calendar import at
from devstack.demo.context import Cardholder, Context
from devstack.demo.families import Event, Family, families
from devstack.demo.homes import Home, Homes
from devstack.demo.people import Household
from devstack.demo.places import PORT_SAID
from devstack.demo.rules import Rules
from devstack.demo.waiting import until
from devstack.terminal.answers import Line
from devstack.terminal.fleet import in_parallel

LANES = 8
LOOKED_UP = 1000
DRAWS = "POST /v1/legacy-draws/{month}"
HEADER = "ration_card,goods\n"


async def register(context: Context) -> Homes:
    """Enter them before the city's file: they are invited first, all adults with them."""
    context.headline("The families to whom something will happen")
    homes = Homes()
    planned = list(families(context.people, context.run, context.options.scale))

    async def enter(family: Family) -> None:
        made = await context.registry.post("/v1/households", _body(family))
        holder = Cardholder(family.household, household_id=made["household_id"], ration_card=True, legacy=family.drawn)
        homes.all.append(Home(family, holder))

    await in_parallel(planned, enter, lanes=LANES)
    order = {family.household.ref: number for number, family in enumerate(planned)}
    homes.all.sort(key=lambda home: order[home.family.household.ref])
    people = [(home, person.national_id) for home in homes.all for person in home.members]
    for (home, _), one in zip(people, await _looked_up(context, [number for _, number in people]), strict=True):
        home.citizens.append(one["citizen_id"])
    context.holders.extend(home.holder for home in homes.all)
    context.report.check(
        "households registered one by one, with their ration cards", len(planned), len(homes.all), "POST /v1/households"
    )
    return homes


async def identify(context: Context) -> None:
    """Ask for the household of every head of the city, by the national ids, a thousand at a time."""
    unknown = [holder for holder in context.holders if not holder.household_id]
    found = await _looked_up(context, [holder.household.head.national_id for holder in unknown])
    for holder, one in zip(unknown, found, strict=True):
        holder.household_id = one["household_id"]


async def household_of(context: Context, household: Household) -> str:
    """The id of a household, by its head."""
    return str((await _looked_up(context, [household.head.national_id]))[0]["household_id"])


async def _looked_up(context: Context, national_ids: list[str]) -> list[dict[str, Any]]:
    """Citizen and household of each, in their order."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(national_ids), LOOKED_UP):
        body = {"national_ids": national_ids[start : start + LOOKED_UP]}
        answer = await context.registry.post("/v1/citizens/lookup", body)
        found.extend(sorted(answer["items"], key=lambda one: int(one["position"])))
    return found


def _body(family: Family) -> dict[str, Any]:
    home = family.household
    people = [
        {"role": one.role, "national_id": one.national_id, "full_name": one.full_name, "mobile": one.mobile or None}
        for one in home.members
    ]
    place = {"governorate": PORT_SAID, "district": home.district, "address": home.address}
    return place | {"ration_card": family.ration_card, "legal_basis": family.legal_basis, "members": people}


async def legacy_draws(context: Context, homes: Homes, rules: Rules) -> None:
    """On the evening of the activation, take in what the ration cards had drawn: the rest is what is granted."""
    context.headline("What was drawn with the legacy ration cards this month")
    told = [home.family for home in homes.all if home.family.drawn is not None]
    rows = "".join(f"{family.ration_card},{family.drawn}\n" for family in told)
    body = f"{HEADER}{rows}12,34\n".encode()  # the last is no ration card's number
    month = context.calendar.months[0]
    path = f"/v1/legacy-draws/{month:%Y-%m}"
    answer = (await context.outlets.call("POST", path, body, content_type="text/csv", timeout_s=60)).json()
    check = context.report.check
    check("legacy draws taken in", len(told), answer["taken"], DRAWS)
    faulty = [item for item in answer["items"] if item["status"] == "rejected"]
    check(
        "the row that is no ration card's, refused", "ration_card_invalid", ", ".join(i["code"] for i in faulty), DRAWS
    )
    context.say("A faulty row spoils no other; the ministry reads why:", [item["reason_ar"] for item in faulty])
    shop = context.shops[0]
    for event in (Event.LEGACY_PART, Event.LEGACY_NOTHING, Event.LEGACY_UNKNOWN):
        home = homes.of(event)[0]
        whole = rules.monthly_allowance(len(home.members))
        due = 0 if home.family.drawn is None else whole - home.family.drawn

        async def left(card: str = home.holder.card_id) -> int:
            pots = (await shop.caller.get(f"/v1/entitlements/{card}"))["pots"]
            return int(next(pot["granted"] for pot in pots if pot["programme"] == "goods"))

        found = await until(left, lambda granted, due=due: granted == due)  # type: ignore[misc]
        drew = "nobody told" if home.family.drawn is None else f"{home.family.drawn:,} drawn"
        check(f"legacy card of 4, {drew}: goods left, piastres", due, found, "GET /v1/entitlements/{card}")
    await context.set_clock(at(context.calendar.activation.date(), 21))
    await in_parallel(homes.of(Event.LEGACY_PART), lambda home: _shop(context, home, rules), lanes=LANES)
    await shop.close_day(context.calendar.activation.date())


async def _shop(context: Context, home: Home, rules: Rules) -> None:
    """Buy what the rest of the month's goods gives of the staples."""
    holder, left = home.holder, rules.monthly_allowance(len(home.members)) - (home.family.drawn or 0)
    prices = {entry.item: entry.price for entry in rules.goods}
    lines: list[Line] = []
    for line in staples(rules, len(home.members)):
        quantity = min(int(line["quantity"]), left // prices[str(line["item"])])
        if quantity:
            lines.append({**line, "quantity": quantity})
            left -= quantity * prices[str(line["item"])]
    sale = await context.shops[0].sell(holder.card_id, lines)
    holder.goods_amount += sum(line["amount"] for line in sale["lines"])
