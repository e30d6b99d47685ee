"""Trials: test cards and trial outlets keep to themselves; what they do is neither settled nor counted, and is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from chassis.ids import new_id
from supply_service.sacks import service as sacks
from supply_service.simulations import repository as simulations
from supply_service.trials.telling import SALES

from ..support import Holder, Supply, Till, bread, goods
from ..support import told as as_told
from .test_days import TODAY, close
from .test_offline import Chain, statuses, upload
from .test_reversals import reverse
from .test_sacks import deliver
from .test_summaries import DAY, NEXT
from .test_summaries import NOON as ON_THE_DAY
from .test_summaries import told as days_told

EVERYBODY = (UUID(int=0), UUID(int=2**128 - 1))
LATE_IN_MAY = datetime(2027, 5, 23, 10, 0, tzinfo=UTC)  # no late sale of April comes any more


async def bakery(supply: Supply, *, trial: bool) -> Till:
    """A bakery whose rate is known."""
    return await supply.till(trial=trial, fuel="diesel", loaf_type="soft")


async def listed(supply: Supply, till: Till) -> bool:
    """Whether an outlet is among the sums of the day."""
    reply = await supply.admin("GET", f"/v1/outlet-totals?day={TODAY}&limit=200", "settlements:read")
    assert reply.status_code == 200, reply.text
    return str(till.outlet_id) in {one["outlet_id"] for one in reply.json()["items"]}


async def told_of(supply: Supply, kind: str, till: Till) -> list[dict[str, Any]]:
    rows = await supply.fetch(f"SELECT payload FROM outbox WHERE type LIKE '%.{kind}.%' ORDER BY id")
    events = [orjson.loads(row["payload"]) for row in rows]
    return [event for event in events if event["outlet_id"] == str(till.outlet_id)]


async def test_a_trial_sale_is_neither_settled_nor_counted(supply: Supply) -> None:
    test, real = await bakery(supply, trial=True), await bakery(supply, trial=False)
    tester, holder = await supply.holder(members=1, trial=True), await supply.holder(members=1)
    for till, who in ((test, tester), (real, holder)):
        sold = await supply.sell(till, who, bread(5))
        assert sold.status_code == 201, sold.text
        await close(supply, till, TODAY)
    assert await supply.fetch("SELECT FROM settlement WHERE outlet_id = $1", test.outlet_id) == []
    assert len(await supply.fetch("SELECT FROM settlement WHERE outlet_id = $1", real.outlet_id)) == 1
    assert (await listed(supply, test), await listed(supply, real)) == (False, True)
    for kind in ("SettlementCalculated", "OutletDayClosed"):
        assert await told_of(supply, kind, test) == []
        assert len(await told_of(supply, kind, real)) == 1
    page = await supply.client.get(f"/v1/settlements?day={TODAY}", headers=test.headers())
    assert page.json()["items"] == []


async def test_pots_of_test_households_are_in_no_sum(supply: Supply) -> None:
    async def used() -> int:
        reply = await supply.admin("GET", "/v1/pot-proof?day=2026-11-05", "settlements:read")
        assert reply.status_code == 200, reply.text
        return int(reply.json()["used_loaves"])

    before = await used()
    tester, holder = await supply.holder(members=1, trial=True), await supply.holder(members=1)
    await supply.sell(await bakery(supply, trial=True), tester, bread(5))
    assert await used() == before
    await supply.sell(await bakery(supply, trial=False), holder, bread(5))
    assert await used() == before + 5


async def test_each_keeps_to_its_own(supply: Supply) -> None:
    test, real = await bakery(supply, trial=True), await bakery(supply, trial=False)
    tester, holder = await supply.holder(members=1, trial=True), await supply.holder(members=1)
    for till, who in ((test, holder), (real, tester)):
        refused = await supply.sell(till, who, bread(5))
        assert (refused.status_code, refused.json()["code"]) == (409, "trial_apart"), refused.text
        assert refused.json()["title_ar"]
        late = await upload(supply, till, [Chain(till).sell(who, bread(5))])
        assert statuses(late) == [("rejected", "trial_apart")]
    for who in (tester, holder):
        assert await drawn(supply, who) == 0


async def drawn(supply: Supply, who: Holder) -> int:
    (row,) = await supply.fetch(
        "SELECT coalesce(sum(granted - remaining), 0) AS n FROM pot WHERE household_id = $1", who.household_id
    )
    return int(row["n"])


async def test_what_test_cards_did_is_told_once(supply: Supply) -> None:
    till, tester = await bakery(supply, trial=True), await supply.holder(members=3, trial=True)
    shop = await supply.till("grocer", trial=True)
    sale = (await supply.sell(till, tester, bread(5))).json()
    await reverse(supply, till, sale["redemption_id"])
    await supply.sell(shop, tester, goods("sugar", 1))
    await upload(supply, till, [Chain(till).sell(tester, bread(5))])
    for _ in range(2):
        await SALES.run(supply.runtime)
    told = await told_of(supply, "TrialSaleSeen", till) + await told_of(supply, "TrialSaleSeen", shop)
    assert sorted(one["step"] for one in told) == ["draw_bread", "draw_goods", "offline_draw", "reversal"]
    assert {one["household_id"] for one in told} == {str(tester.household_id)}
    real = await bakery(supply, trial=False)
    await supply.sell(real, await supply.holder(members=1), bread(5))
    await SALES.run(supply.runtime)
    assert await told_of(supply, "TrialSaleSeen", real) == []


async def test_a_flag_stays_whatever_an_older_teller_says(supply: Supply) -> None:
    tester = await supply.holder(members=1, trial=True)
    await supply.deliver(as_told(tester.household_id, {"2020-01": 2}, revision=2))
    (row,) = await supply.fetch("SELECT trial FROM household WHERE household_id = $1", tester.household_id)
    assert row["trial"]


async def test_flour_of_a_trial_bakery_is_held_against_nothing(supply: Supply) -> None:
    supply.at(datetime(2027, 4, 20, 10, tzinfo=UTC))
    test, real = await bakery(supply, trial=True), await bakery(supply, trial=False)
    for till in (test, real):
        assert (await deliver(supply, till, 20, "2027-04-12")).status_code == 201
    balances = "/v1/flour-balances?first=2027-04-01&last=2027-04-30&limit=200"
    reply = await supply.admin("GET", balances, "settlements:read")
    found = {one["outlet_id"] for one in reply.json()["items"]}
    assert (str(test.outlet_id) in found, str(real.outlet_id) in found) == (False, True)
    supply.at(LATE_IN_MAY)
    await sacks.look(supply.runtime)
    rows = await supply.fetch("SELECT outlet_id FROM flour_finding WHERE month = '2027-04-01'")
    flagged = {row["outlet_id"] for row in rows}
    assert (test.outlet_id in flagged, real.outlet_id in flagged) == (False, True)


async def test_a_trial_outlets_day_is_no_part_of_the_days_use(supply: Supply) -> None:
    supply.at(ON_THE_DAY)
    test, real = await supply.till(trial=True), await supply.till()
    tester, holder = await supply.holder(trial=True), await supply.holder()
    for till, who in ((test, tester), (real, holder)):
        assert (await supply.sell(till, who, bread(5))).status_code == 201
    days, served = await days_told(supply, NEXT)
    assert (test.outlet_id in days, days[real.outlet_id].business_day) == (False, DAY)
    households = {one for event in served for one in event.household_ids}
    assert (tester.household_id in households, holder.household_id in households) == (False, True)


async def test_what_policies_would_change_is_computed_without_trials(supply: Supply) -> None:
    async def counted() -> int:
        month = date(2027, 6, 1)
        async with supply.runtime.sessions() as session:
            found = await simulations.groups(session, *EVERYBODY, month, None, listed=False)
        return sum(row.households for row in found)

    before = await counted()
    await supply.holder(trial=True)
    assert await counted() == before
    await supply.holder()
    assert await counted() == before + 1


async def test_a_list_of_free_sales_shows_those_of_a_trial_to_who_asks_for_them(supply: Supply) -> None:
    test, real = await bakery(supply, trial=True), await bakery(supply, trial=False)
    for till in (test, real):
        await supply.runtime.pool.execute(
            "INSERT INTO free_sale (free_sale_id, outlet_id, terminal_id, business_day, sold_at, lines, loaves, amount)"
            " VALUES ($1, $2, $3, '2026-11-20', now(), '[]', 0, 0)",
            new_id(), till.outlet_id, till.terminal_id,
        )  # fmt: skip

    async def shown(more: str = "") -> set[str]:
        path = f"/v1/free-sales?day=2026-11-20&limit=200{more}"
        return {one["outlet_id"] for one in (await supply.admin("GET", path, "redemptions:read")).json()["items"]}

    assert await shown() == {str(real.outlet_id)}
    assert await shown(f"&outlet_id={test.outlet_id}") == {str(test.outlet_id)}
    own = await supply.client.get("/v1/free-sales?day=2026-11-20", headers=test.headers())
    assert [one["outlet_id"] for one in own.json()["items"]] == [str(test.outlet_id)]
