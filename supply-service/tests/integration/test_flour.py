"""Flour instead of bread: chosen at an office, drawn at a depot, counted apart, claimed where it is beyond the pot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import httpx
import orjson
import pytest

from chassis.ids import new_id
from contracts.card import CardActivated, CardClosed, PersonDied, ProgrammeService
from contracts.event import Event
from contracts.supply import DrawnAfterDeath, FlourChoiceWithdrawn, FlourChosen, FlourDrawn, FlourGranted, Redeemed
from policybook.testing import published, row_for

from ..support import NOON, Holder, Supply, bread, goods, told
from .test_days import close, figures
from .test_disputes import approve, debts, find
from .test_offline import Chain, upload
from .test_reversals import reverse
from .test_settlements import settled, totals

SHARQIA = "13"
DECEMBER = datetime(2026, 12, 5, 10, 0, tzinfo=UTC)
DAY = "2026-12-05"


def flour(kilograms: int) -> dict[str, Any]:
    return goods("ration_flour", kilograms, "flour")


@pytest.fixture(scope="module", autouse=True)
async def _offered(supply: Supply) -> None:
    """Flour is offered in Sharqia from December on."""
    supply.at(NOON)
    row = row_for(date(2026, 12, 1), SHARQIA, key="bread.flour_offered", value=True, on_record=False)
    await published(supply.client, supply.issuer, "supply", "/v1/policies", row)
    await supply.catch_up()


async def choose(supply: Supply, holder: Holder, month: str = "2026-12", **claims: Any) -> httpx.Response:
    body = {"card_id": str(holder.card_id), "month": month, "reference": "office 4, request 17"}
    headers = supply.issuer.headers("office", "flour-choices:write", **claims) | {"Idempotency-Key": str(new_id())}
    return await supply.client.post("/v1/flour-choices", json=body, headers=headers)


async def chosen(supply: Supply, members: int = 4) -> Holder:
    """A household that has flour in December, which it is."""
    supply.at(NOON)
    holder = await supply.holder(members, governorate=SHARQIA)
    assert (reply := await choose(supply, holder)).status_code == 201, reply.text
    supply.at(DECEMBER)
    return holder


async def proven(supply: Supply, till: Any, holder: Holder, kilograms: int) -> httpx.Response:
    return await supply.sell(till, holder, flour(kilograms), holder_proof=supply.proof(till, holder.card_id))


async def told_of(supply: Supply, kind: type[Event]) -> list[dict[str, Any]]:
    return [orjson.loads(payload) for _, payload in await supply.events(kind)]


async def granted(supply: Supply, holder: Holder) -> list[tuple[int, int]]:
    found = [FlourGranted.model_validate(one) for one in await told_of(supply, FlourGranted)]
    return [(one.granted, one.remaining) for one in found if one.household_id == holder.household_id]


async def test_a_month_of_flour(supply: Supply) -> None:
    """3.15: 4 members: 40 kg for 120.00, no bread; drawn in two parts, one of them taken back and drawn again."""
    holder = await chosen(supply)
    depot, bakery = await supply.till("depot", SHARQIA), await supply.till("bakery", SHARQIA)
    before = await supply.left(holder, depot)
    assert before == {"bread": 0, "goods": 20000, "bread_points": 6000, "flour": 40}  # November's loaves are points
    refused = await supply.sell(bakery, holder, bread(5))
    assert (refused.status_code, refused.json()["code"]) == (409, "flour_chosen")
    assert "الدقيق" in refused.json()["detail_ar"]
    alone = await supply.sell(depot, holder, flour(40))
    assert (alone.status_code, alone.json()["code"]) == (409, "holder_proof_required")
    reply = await proven(supply, depot, holder, 30)
    assert reply.status_code == 201, reply.text
    sold = reply.json()
    assert (sold["cash_due"], sold["lines"][0]["amount"]) == (9000, 9000)
    assert sold["message_en"] == "30 kg of flour were drawn. Remaining: flour 10 kg"
    assert sold["message_ar"] == "تم صرف 30 كجم دقيق. المتبقي: الدقيق 10 كجم"
    assert sold["receipt_lines_ar"] == [
        "دقيق بدلاً من الخبز 1 كجم × 30 = 90.00 جنيه", "المطلوب نقداً: 90.00 جنيه",
    ]  # fmt: skip
    assert sold["receipt_lines_en"] == [
        "Flour instead of bread 1 kg × 30 = EGP 90.00", "To be paid in cash: EGP 90.00",
    ]  # fmt: skip
    undone = await reverse(supply, depot, sold["redemption_id"])
    assert (undone.status_code, undone.json()["cash_returned"]) == (201, 9000)
    assert (await proven(supply, depot, holder, 40)).status_code == 201
    more = await proven(supply, depot, holder, 1)
    assert (more.status_code, more.json()["code"]) == (409, "quota_exceeded")
    day = await close(supply, depot, DAY)
    assert (figures(day), day["flour"]) == ((2, 1, 0, 0, 12000), 40)
    assert day["terminals"][0]["flour"] == 40
    found = await totals(supply, depot, DAY)
    assert [found[name]["flour"] for name in ("sales", "entries", "counted", "settled")] == [40, 40, 40, 0]
    assert {found[name]["goods_amount"] for name in ("sales", "entries", "counted", "settled")} == {0}
    waiting = await settled(supply, depot, DAY)
    assert (waiting["state"], waiting["amount"]) == ("waiting", None)
    assert "flour.settlement" in waiting["reason"]
    proof = (await supply.admin("GET", f"/v1/pot-proof?day={DAY}", "settlements:read")).json()
    assert (proof["sound"], proof["used_flour"], proof["used_piastres"]) == (True, 40, 0)


async def test_what_a_terminal_is_told(supply: Supply) -> None:
    holder, depot = await chosen(supply), await supply.till("depot", SHARQIA)
    asked = await supply.client.get(f"/v1/entitlements/{holder.card_id}", headers=depot.headers())
    assert [(pot["programme"], pot["unit"], pot["remaining"]) for pot in asked.json()["pots"]] == [
        ("flour", "kilogram", 40)
    ]
    listed = (await supply.client.get("/v1/catalogue", headers=depot.headers())).json()["items"]
    assert [item["prices"] for item in listed if item["item"] == "ration_flour"] == [{"flour": 300}]
    assert not await granted(supply, holder)  # looking opens no month
    assert (await proven(supply, depot, holder, 15)).status_code == 201
    assert await granted(supply, holder) == [(40, 40)]
    [sold] = [one for one in await told_of(supply, Redeemed) if one["household_id"] == str(holder.household_id)]
    assert (sold["flour_remaining"], "flour" in {pot["programme"] for pot in sold["remaining"]}) == (25, False)
    assert Redeemed.model_validate(sold).flour_remaining == 25


async def test_a_choice_is_withdrawn_before_its_month_and_kept_by_a_new_card(supply: Supply) -> None:
    supply.at(NOON)
    holder = await supply.holder(4, governorate=SHARQIA)
    made = (await choose(supply, holder)).json()
    assert (made["month"], made["chosen_by"], made["withdrawn_at"]) == ("2026-12", "office", None)
    again = await choose(supply, holder)
    assert (again.status_code, again.json()["code"]) == (409, "flour_chosen_already")
    assert (await choose(supply, holder, "2027-01")).status_code == 201
    headers = supply.issuer.headers("office", "flour-choices:write") | {"Idempotency-Key": str(new_id())}
    path = f"/v1/flour-choices/{made['choice_id']}"
    gone = await supply.client.delete(path, headers=headers)
    assert (gone.status_code, gone.json()["withdrawn_by"]) == (200, "office")
    assert (await supply.client.delete(path, headers=headers)).json() == gone.json()
    for kind in (FlourChosen, FlourChoiceWithdrawn):
        (heard,) = [one for one in await told_of(supply, kind) if one["choice_id"] == made["choice_id"]]
        assert (heard["card_id"], heard["month"]) == (str(holder.card_id), "2026-12-01")
    assert (await choose(supply, holder)).status_code == 201
    new = Holder(new_id(), holder.household_id)
    await supply.deliver(
        CardClosed(
            card_id=holder.card_id, household_id=holder.household_id, reason="replaced"
        ),
        CardActivated(
            card_id=new.card_id, citizen_id=new_id(), household_id=new.household_id, services=[ProgrammeService.SUPPLY],
            phase_id=None, activated_at=NOON, governorate=SHARQIA, district="13.02", members=4,
        ),
    )  # fmt: skip
    closed = await choose(supply, holder, "2027-02")
    assert (closed.status_code, closed.json()["code"]) == (409, "card_closed")
    listed = (await supply.admin("GET", f"/v1/flour-choices?card_id={new.card_id}", "flour-choices:write")).json()
    assert [(one["month"], one["withdrawn_at"] is None) for one in listed["items"]] == [
        ("2027-01", True), ("2026-12", True), ("2026-12", False),
    ]  # fmt: skip
    supply.at(DECEMBER)
    assert (await supply.left(new, await supply.till("depot", SHARQIA)))["flour"] == 40
    headers = supply.issuer.headers("office", "flour-choices:write") | {"Idempotency-Key": str(new_id())}
    kept = next(one for one in listed["items"] if one["month"] == "2026-12" and one["withdrawn_at"] is None)
    late = await supply.client.delete(f"/v1/flour-choices/{kept['choice_id']}", headers=headers)
    assert (late.status_code, late.json()["code"]) == (409, "flour_month_begun")


@pytest.mark.parametrize(
    ("month", "code"),
    [("2026-11", "flour_month_begun"), ("2026-10", "flour_month_begun"), ("2027-12", "flour_month_too_far")],
)
async def test_a_month_that_cannot_be_chosen(supply: Supply, month: str, code: str) -> None:
    reply = await choose(supply, await supply.holder(4, governorate=SHARQIA), month)
    assert (reply.status_code, reply.json()["code"]) == (409, code)


async def test_where_no_flour_is_offered(supply: Supply) -> None:
    reply = await choose(supply, await supply.holder(4))
    assert (reply.status_code, reply.json()["code"]) == (409, "flour_not_offered")


async def test_a_change_of_size_in_a_month_of_flour(supply: Supply) -> None:
    """Told after the month was opened: 10 kg more, and no bread."""
    holder, depot = await chosen(supply), await supply.till("depot", SHARQIA)
    assert (await proven(supply, depot, holder, 40)).status_code == 201
    sizes = {"2020-01": 4, "2026-12": 5}
    await supply.deliver(told(holder.household_id, sizes, revision=2, governorate=SHARQIA))
    left = await supply.left(holder, depot)
    assert (left["flour"], left["bread"]) == (10, 0)
    assert await granted(supply, holder) == [(40, 40), (50, 10)]


async def test_flour_drawn_after_a_death_is_part_of_the_claim(supply: Supply) -> None:
    """A death of 7 November, decided in January: December's flour was drawn for four, 5 of its 35 kg for nobody."""
    holder, depot, dead = await chosen(supply), await supply.till("depot", SHARQIA), new_id()
    assert (await proven(supply, depot, holder, 35)).status_code == 201
    supply.at(datetime(2027, 1, 5, 10, 0, tzinfo=UTC))
    change = {"household_id": holder.household_id, "citizen_id": dead, "change_id": new_id()}
    died = PersonDied(died_on=date(2026, 11, 7), was_head=False, effective_month="2027-02", **change)
    sizes = {"2020-01": 4, "2027-02": 3}
    state = told(holder.household_id, sizes, revision=2, governorate=SHARQIA)
    await supply.deliver(died, state, died, state)
    found = [DrawnAfterDeath.model_validate(one) for one in await told_of(supply, DrawnAfterDeath)]
    (claim,) = [one for one in found if one.household_id == holder.household_id]
    assert (claim.amounts, claim.flour) == ([], [FlourDrawn(period=date(2026, 12, 1), kilograms=5)])
    kept = await supply.fetch(
        "SELECT programme, quantity FROM drawn_after_death WHERE household_id = $1", holder.household_id
    )
    assert [(row["programme"], row["quantity"]) for row in kept] == [("flour", 5)]
    assert await debts(supply, holder) == (0, 0), "it is a claim, and nothing is taken by itself"


async def test_offline_flour_beyond_the_pot_is_a_claim(supply: Supply) -> None:
    """The last known balance is booked; upheld, the rest is owed as loaves and paid to the depot as flour."""
    holder, depot = await chosen(supply, members=1), await supply.till("depot", SHARQIA)
    [result] = (await upload(supply, depot, [Chain(depot).sell(holder, flour(25), at=DECEMBER)]))["results"]
    assert (result["status"], result["code"]) == ("disputed", "balance_exceeded")
    assert (await supply.left(holder, depot))["flour"] == 0
    proposed = await find(supply, result["dispute_id"], upheld=True)
    await approve(supply, proposed["proposal_id"])
    assert await debts(supply, holder) == (225, 0)
    day = await close(supply, depot, DAY)
    assert (day["flour"], [claim["flour"] for claim in day["claims"]]) == (10, [15])
