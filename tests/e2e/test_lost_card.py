"""Without the card or the network, through the gateway.

Lost cards (truth 3.5): reported, bread by the code of the SMS, free again or replaced. Sales on paper (truth 3.11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from devstack.people.cast import Part, cast
from devstack.people.signed import PersonCaller, approve
from devstack.terminal.caller import Refused

from .conftest import System
from .town import FAISAL, SUEZ, WITHIN_S, Home, Town, lived, outcome, refused

pytestmark = pytest.mark.slow

BEFORE, THURSDAY, WEDNESDAY = "2026-11-05", "2026-11-12", "2026-11-18"
MIDNIGHT = "2026-11-17T22:00:00Z"  # in Cairo, as Wednesday begins
LOAVES = {"programme": "bread", "item": "loaf", "quantity": 20}
SUGAR = {"programme": "goods", "item": "sugar", "quantity": 1}


async def code_of(town: Town, home: Home, after: int) -> str:
    """The code that the holder reads in the SMS."""
    told = await town.sink.wait_for(home.people[0]["mobile"], after, "رمز خبز", WITHIN_S)
    found = re.search(r"\d{6} \d{4}", told["text"])
    assert found, told
    return found[0]


async def state(town: Town, card: str) -> Any:
    return await town.clients["cards"].get(f"/v1/cards/{card}")


async def by_code(town: Town, kind: str, code: str, line: Mapping[str, Any]) -> Any:
    """A sale with the code in the place of the card, as the terminal of an outlet makes it."""
    shop = await town.shop(kind)
    tried = await shop.post("/v1/bread-code-proofs", {"code": code, "max_amount": 10_000})
    if tried["result"] != "proved":
        return tried["result"]
    body = {"card_id": tried["card_id"], "lines": [line], "holder_proof": tried["proof"]}
    try:
        sold = await shop.post("/v1/redemptions", body)
    except Refused as refusal:
        return refusal.code
    return sold["lines"][0]["quantity"], sold["cash_due"]


async def refusal_of_the_card(town: Town, home: Home) -> str:
    """What the bakery's terminal hears of the card, once the block has reached it."""
    shop, body = await town.shop("bakery"), {"card_id": home.card, "lines": [{**LOAVES, "quantity": 1000}]}
    return await town.sees(lambda: refused(shop.post("/v1/redemptions", body)), lambda said: said == "card_blocked")


async def nobody_asks(town: Town) -> dict[str, Any]:
    """Reported by telephone on Thursday at eight, and nothing more."""
    await town.on(BEFORE)
    home = await town.settle(town.home(4))
    await town.draw(home, 20)
    await town.on(THURSDAY)
    mark = await town.sink.last_id()
    body = {"channel": "phone", "identified_by": "registered_mobile"}
    reported = await town.clients["cards"].post(f"/v1/cards/{home.card}/loss", body)
    await town.sink.wait_for(home.people[0]["mobile"], mark, "الثلاثاء 17 نوفمبر", WITHIN_S)
    code = await code_of(town, home, mark)
    seen = {
        "lapses_at": reported["lapses_at"],
        "by card": await refusal_of_the_card(town, home),
        "goods by code": await by_code(town, "grocer", code, SUGAR),
        "bread by code": await by_code(town, "bakery", code, LOAVES),
        "again that day": await by_code(town, "bakery", code, LOAVES),
    }
    mark = await town.sink.last_id()
    await town.on(WEDNESDAY)
    free = await town.sees(lambda: state(town, home.card), lambda card: card["state"] == "active")
    await town.sink.wait_for(home.people[0]["mobile"], mark, "عاد للعمل", WITHIN_S)
    sold = await town.draw(home, 20)
    return seen | {
        "on Wednesday": free["state"],
        "by card then": sold["lines"][0]["quantity"],
        "by code then": await by_code(town, "bakery", code, LOAVES),
    }


async def another_is_asked_for(town: Town) -> dict[str, Any]:
    """Said by SMS, another card asked for in time and handed over a week later."""
    await town.on(BEFORE)
    home = await town.settle(town.home(4))
    await town.draw(home, 20)
    await town.on(THURSDAY)
    mark = await town.sink.last_id()
    await town.sink.say(home.people[0]["mobile"], "فقد")
    code = await code_of(town, home, mark)
    blocked = await state(town, home.card)
    wanted = {"reason": "lost", "site_id": blocked["site_id"]}
    new = await town.clients["cards"].post(f"/v1/cards/{home.card}/replacement", wanted)
    await town.on(WEDNESDAY)
    waits = await state(town, home.card)
    drawn = await by_code(town, "bakery", code, LOAVES)
    before = await town.pots(home)
    holder = {"national_id": home.people[0]["national_id"]}
    await town.counter.post(f"/v1/cards/{new['card_id']}/handover", holder)
    home.card = new["card_id"]

    async def pots() -> Any:
        try:
            return await town.pots(home)
        except Refused as refusal:  # supply-service has not heard of the new card yet
            return refusal.code

    kept = await town.sees(pots, lambda found: found == before)
    return {
        "blocked": (blocked["state"], blocked["block_reason"], blocked["lapses_at"]),
        "on Wednesday": (waits["state"], waits["lapses_at"]),
        "bread by code": drawn,
        "kept": kept == before,
        "bread": before["bread"],
        "by code then": await by_code(town, "bakery", code, LOAVES),
    }


async def on_paper(town: Town) -> dict[str, Any]:
    """The bakery's terminal is dead for a morning: a clerk enters its sheet, another person approves it."""
    await town.on(BEFORE)
    home = await town.settle(town.home(4))
    parts = [Part(f"{SUEZ}.{role}", role, "ministry", SUEZ) for role in ("sheets-clerk", "sheets-approver")]
    await cast(town.store, town.system.edge, parts)
    people = town.store.all()
    clerk, approver = (PersonCaller(town.wire, town.system.edge, town.store, people[part.name]) for part in parts)
    bakery = await town.shop("bakery")
    terminal = await town.clients["outlets"].get(f"/v1/terminals/{await bakery.subject()}")
    row = {"card_id": home.card, "lines": [{**LOAVES, "amount": 400}], "holder_mark": True}
    sheet = {
        "outlet_id": terminal["outlet_id"], "serial": str(town.serial()), "day": BEFORE, "outage": "terminal",
        "note": "its screen was dark until nine", "evidence": "archive/2026/7",
        "rows": [row | {"occurred_at": f"{BEFORE}T07:30:00+02:00"}],
    }  # fmt: skip
    by_the_outlet = await refused(bakery.post("/v1/paper-sheets", sheet))
    made = await clerk.post("/v1/paper-sheets", sheet)
    again = await refused(clerk.post("/v1/paper-sheets", sheet))
    before = await town.pots(home)
    await approve(approver, "supply", made["proposal_id"])
    seen = await clerk.get(f"/v1/paper-sheets/{made['sheet_id']}")
    return {
        "by the outlet": by_the_outlet,
        "entered twice": again,
        "state": seen["state"],
        "row": seen["items"][0]["status"],
        "loaves taken": before["bread"][1] - (await town.pots(home))["bread"][1],
        "the same bread by card": await refused(town.draw(home, 20)),
    }


STORIES = {"nobody asks": nobody_asks, "another is asked for": another_is_asked_for, "on paper": on_paper}


@pytest.fixture(scope="module")
def outcomes(system: System) -> Iterator[dict[str, Any]]:
    """What every story came to, or what ended it."""
    yield from lived(system, lambda town: {name: story(town) for name, story in STORIES.items()}, FAISAL)


def test_3_5_a_block_that_no_request_follows_lapses_at_the_end_of_tuesday(outcomes: Mapping[str, Any]) -> None:
    assert outcome(outcomes, "nobody asks") == {
        "lapses_at": MIDNIGHT,
        "by card": "card_blocked",
        "goods by code": "bread_code_for_bread_only",
        "bread by code": (20, 400),
        "again that day": "day_already_drawn",
        "on Wednesday": "active",
        "by card then": 20,
        "by code then": "over",
    }


def test_3_11_a_sheet_is_entered_by_one_approved_by_another_and_booked_once(outcomes: Mapping[str, Any]) -> None:
    assert outcome(outcomes, "on paper") == {
        "by the outlet": "insufficient_scope",
        "entered twice": "sheet_known",
        "state": "booked",
        "row": "applied",
        "loaves taken": 20,
        "the same bread by card": "day_already_drawn",
    }


def test_3_5_the_code_is_good_until_the_new_card_which_keeps_everything(outcomes: Mapping[str, Any]) -> None:
    assert outcome(outcomes, "another is asked for") == {
        "blocked": ("blocked", "lost", MIDNIGHT),
        "on Wednesday": ("blocked", None),
        "bread by code": (20, 400),
        "kept": True,
        "bread": (520, 480),  # 26 days from the 5th on; two were drawn
        "by code then": "over",
    }
