"""A family moves to another governorate, and its card with it: from then on it draws there, and here no more."""

from __future__ import annotations

from datetime import date

from devstack.demo.context import Context
from devstack.demo.families import Event
from devstack.demo.homes import Home, Homes
from devstack.demo.stages.by_hand import done_of
from devstack.demo.stages.deaths import Check
from devstack.demo.waiting import until
from devstack.terminal.caller import Refused, eventually
from devstack.terminal.device import bread
from devstack.terminal.fleet import FleetTerminal, commission, in_parallel
from devstack.terminal.provision import identifier, register_terminal

GOVERNORATE, DISTRICT, ADDRESS = "19", "19.01", "شارع السلطان حسين"
LANES = 8
WAIT_S = 60.0
OUTSIDE = "outside_governorate"


async def open_outlets(context: Context) -> None:
    """A bakery and a grocer in Ismailia, each with a terminal."""
    made = []
    for kind, name_ar, more in (
        ("bakery", "مخبز الإسماعيلية", {"fuel": "diesel", "loaf_type": "soft"}),
        ("grocer", "بقالة تموينية الإسماعيلية", {}),
    ):
        body = {
            "kind": kind, "governorate": GOVERNORATE, "district": DISTRICT, "name_ar": name_ar,
            "name_en": f"Ismailia {kind} ({context.label})", **more,
        }  # fmt: skip
        outlet_id = str(identifier(await context.outlets.post("/v1/outlets", body), "outlet_id"))
        known = await register_terminal(context.outlets, outlet_id, f"UC-{context.run:03d}-{kind}")
        key, caller = await commission(context.wire, *known)
        made.append(FleetTerminal(known[0], outlet_id, kind, DISTRICT, key, caller))
    context.elsewhere[GOVERNORATE] = made


async def play(context: Context, homes: Homes, day: date, check: Check, say: Check) -> None:
    """The moves of the day."""
    say(day, "A family moves to Ismailia and takes its card along.")
    await open_outlets(context)
    there, here = context.elsewhere[GOVERNORATE][0], context.bakeries[0]
    moving = homes.of(Event.MOVE)

    async def one(home: Home) -> None:
        await context.office.done(
            "move", home.household_id, day, governorate=GOVERNORATE, district=DISTRICT, address=ADDRESS, transfer=True
        )
        home.holder.governorate, home.holder.apart = GOVERNORATE, True

    done = await in_parallel(moving, one, lanes=LANES)
    first = moving[0].holder
    asked = f"/v1/entitlements/{first.card_id}"
    known = await eventually(lambda: there.caller.get(asked), within_s=WAIT_S)  # once the move has been heard of there
    loaves = int(known["bread"]["daily_loaves"])

    async def sold(bakery: FleetTerminal) -> str:
        try:
            await bakery.sell(first.card_id, [bread(loaves)])
        except Refused as refusal:
            return refusal.code
        first.loaves += loaves
        return "sold"

    if first.covered_until < day.day:
        found = await until(lambda: sold(there), lambda code: code == "sold", within_s=WAIT_S)
    else:
        found = "sold"  # this day's bread was drawn before the move
    refused = await sold(here)
    check(
        "moves to another governorate with the card", len(moving), done_of(done), "POST /v1/change-requests, …/decision"
    )
    check("bread where the family lives now", "sold", found, "POST /v1/redemptions")
    check("bread where it lived before", OUTSIDE, refused, "POST /v1/redemptions")
