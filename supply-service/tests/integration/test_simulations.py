"""What proposed policies would change, computed over all households: the answer of opening each month by itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from approvals.testing import decide
from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer
from policybook.files import PolicyEntry
from policybook.testing import published, row_for
from supply_service import MIGRATIONS
from supply_service.cards.accounts import account_from_json
from supply_service.months import repository as months
from supply_service.policies import catalogue
from supply_service.rules.account import Account
from supply_service.rules.entitled import dearer
from supply_service.rules.figures import FiguresByDay, figures_by_day
from supply_service.rules.grants import open_pots
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS
from supply_service.rules.opening import open_month
from supply_service.rules.refusals import NotEligible

from ..population import DECEMBER, GOVERNORATES, HOUSEHOLDS, OCTOBER, PATH, asked, opened_for_all, populated, read
from ..support import NOON, Supply, allowance, row_of, serve, settings_for, simulated

JANUARY = date(2027, 1, 1)
GRANT = row_of("grant.amount", {"steps": [[1, 30000], [4, 40000]]}, "2027-01-17", grant="eid") | {
    "effective_to": "2027-02-28"
}
EXAMPLES = "policies:read entitlements:read"


@pytest.fixture(scope="module")
async def nation(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Supply]:
    """A service with households of all kinds, whose October is over with bread left."""
    settings = settings_for(await make_database(MIGRATIONS), issuer)
    async with serve(settings, issuer) as running:
        await populated(running, random.Random(60))
        running.at(NOON)
        offered = row_for(DECEMBER, "35", key="bread.flour_offered", value=True, on_record=False)
        await published(running.client, running.issuer, "supply", "/v1/policies", offered)
        await simulated(running)
        await running.catch_up()
        yield running


@pytest.fixture(autouse=True)
def _at_noon(nation: Supply) -> None:
    nation.at(NOON)


async def figures_with(supply: Supply, *rows: dict[str, Any]) -> FiguresByDay:
    """The figures once these policies are in force."""
    policies = [PolicyEntry.model_validate({"confidence": "chosen", **row}).policy("one", "another") for row in rows]
    async with supply.runtime.sessions() as session:
        items = await catalogue.items(session)
    return figures_by_day(supply.runtime.state.snapshot.book.entered(policies), items)


async def accounts(supply: Supply, month: date) -> list[tuple[str, Account]]:
    """Every household that the job would open, as the job reads it, with where it lives."""
    homes = {row["household_id"]: row["governorate"] for row in await supply.fetch("SELECT * FROM household")}
    async with supply.runtime.sessions() as session, session.begin():
        found = await months.lock_unopened(session, month, UUID(int=0), 10_000)
        rows = await months.unopened(session, found, month)
    return [(homes[row["household_id"]], account_from_json(row)) for row in rows]


async def drawn(supply: Supply) -> dict[UUID, int]:
    """Loaves left of the last month that is over."""
    rows = await supply.fetch("SELECT * FROM pot WHERE programme = 'bread' AND period = $1", OCTOBER)
    return {row["household_id"]: row["remaining"] for row in rows}


def opened(account: Account, month: date, figures: FiguresByDay, left: int | None) -> tuple[int, int, int, int, int]:
    """Goods, loaves, points, cash and kilograms of flour of the month opened; `left` of the bread of the one before."""
    opening = open_month(account, month, figures)
    pots, cash = opening.account.pots, sum(due.amount for due in opening.paid if due.period == month)
    goods, loaves = pots[GOODS, month].granted, pots[BREAD, month].granted
    kilograms = pots[FLOUR, month].granted if (FLOUR, month) in pots else 0
    if left is None:
        return goods, loaves, 0, cash, kilograms
    known = open_month(account, DECEMBER, figures).account
    bread = known.pots[BREAD, DECEMBER]
    known = known.with_pot(bread._replace(remaining=left))
    return goods, loaves, open_month(known, month, figures).account.pots[POINTS, month].granted, cash, kilograms


def given_of_grant(account: Account, figures: FiguresByDay) -> int:
    """Piastres of the grant that begins in January, as the first draw of it finds them."""
    day = date(2027, 1, 17)
    grant = figures.on(day).grants.get("grant_eid")
    try:
        return 0 if grant is None else open_pots(account, grant, day, figures).granted[0].granted
    except NotEligible:
        return 0


async def one_by_one(
    supply: Supply, month: date, after: FiguresByDay, *, points: bool
) -> tuple[Counter[str], dict[str, Counter[str]], dict[int, Counter[str]]]:
    """The same sums by opening the month of each household with the old and with the new policies."""
    before, left = supply.runtime.state.snapshot.figures, await drawn(supply)
    total, places, sizes = Counter[str](), dict[str, Counter[str]](), dict[int, Counter[str]]()
    now, new = before.on(month), after.on(month)
    prices = [one.prices.get(("flour", "ration_flour"), 0) for one in (now, new)]
    worth = 15 * now.loaf_cost  # a kilogram of 3.00 and 15 loaves of 20 piastres are one price
    for where, account in await accounts(supply, month):
        loaves_left = left.get(account.household_id, 0) if points else None
        old, then = (opened(account, month, figures, loaves_left) for figures in (before, after))
        members = account.counted(GOODS, month)
        more = dearer(members, old[0], now, new)
        gain = then[0] - old[0] + then[2] - old[2] + then[3] - old[3] - more
        granted = [given_of_grant(account, figures) for figures in (before, after)]
        gain += granted[1] - granted[0]
        flour = [one[4] * (worth - price) for one, price in zip((old, then), prices, strict=True)]
        gain += flour[1] - flour[0]
        gain += then[1] * (now.loaf_cost - new.loaf_price) - old[1] * (now.loaf_cost - now.loaf_price)
        counted = {
            "households": 1, "gaining": gain > 0, "losing": gain < 0, "gained": max(0, gain), "lost": max(0, -gain),
            "dearer": more, "goods": old[0], "goods after": then[0], "loaves": old[1], "loaves after": then[1],
            "points": old[2], "points after": then[2], "cash": old[3], "cash after": then[3],
            "grants": granted[0], "grants after": granted[1], "kilograms": old[4], "kilograms after": then[4],
            "flour": flour[0], "flour after": flour[1],
        }  # fmt: skip
        size = max(members, account.counted(BREAD, month))
        for sums in (total, places.setdefault(where, Counter()), sizes.setdefault(size, Counter())):
            sums.update({name: int(value) for name, value in counted.items()})
    return total, places, sizes


def sums(part: dict[str, Any]) -> Counter[str]:
    """A part of the answer as those sums."""
    names = ("households", "gaining", "losing", "gained", "lost", "dearer")
    told = {name: part[name] for name in names}
    for name in ("goods", "loaves", "points", "cash", "grants", "kilograms", "flour"):
        told |= {name: part["before"][name], f"{name} after": part["after"][name]}
    assert part["unchanged"] == part["households"] - part["gaining"] - part["losing"]
    return Counter(told)


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        pytest.param([allowance(6000, 500)], "gaining losing unchanged", id="tiers of the allowance"),
        pytest.param([row_of("bread.daily_quota_per_person", 4)], "losing", id="loaves a day"),
        pytest.param([row_of("bread.daily_quota_per_household", 15)], "losing unchanged", id="loaves of a household"),
        pytest.param(
            [
                row_of("supply.support_mode", "cash", programme="goods", category="a"),
                row_of("supply.cash_amount", {"steps": [[1, 5500], [4, 500]]}, category="a"),
            ],
            "gaining losing unchanged",
            id="goods in cash for a category",
        ),
        pytest.param(
            [
                row_of("supply.support_mode", "cash", programme="bread"),
                row_of("bread.cash_value", 100),
            ][::-1],
            "losing unchanged",
            id="bread in cash",
        ),
        pytest.param([row_of("bread.price", 25)], "losing unchanged", id="price of a loaf"),
        pytest.param(
            [row_of("supply.price", 1400, programme="goods", item="sugar")], "losing unchanged", id="price of sugar"
        ),
        pytest.param([row_of("bread.point_value", 20, "2026-12-01")], "gaining unchanged", id="value of a point"),
        pytest.param([GRANT], "gaining unchanged", id="a grant for a list"),
        pytest.param([GRANT, row_of("grant.for", "everyone", grant="eid")], "gaining", id="a grant for everyone"),
        pytest.param(
            [row_of("bread.flour_offered", True, governorate="19")], "losing unchanged", id="flour in a governorate"
        ),
        pytest.param(
            [row_of("bread.flour_offered", False, governorate="35")], "gaining unchanged", id="flour there no more"
        ),
        pytest.param([row_of("bread.flour_kilograms_per_person", 12)], "gaining unchanged", id="kilograms of flour"),
        pytest.param([row_of("bread.flour_price", 4000)], "losing unchanged", id="price of flour"),
        pytest.param(
            [allowance(5500, 2000), row_of("bread.daily_quota_per_person", 4), row_of("bread.price", 10)],
            "losing",
            id="several rows",
        ),
    ],
)
async def test_it_comes_to_what_opening_each_month_does(nation: Supply, rows: list[dict[str, Any]], kinds: str) -> None:
    found = await asked(nation, *rows)
    assert (found["state"], found["month"], found["superseded"]) == ("done", "2027-01-01", False)
    points = rows[0]["key"] == "bread.point_value"
    total, places, sizes = await one_by_one(nation, JANUARY, await figures_with(nation, *rows), points=points)
    result = found["result"]
    assert sums(result["total"]) == total
    assert {part["governorate"]: sums(part) for part in result["by_governorate"]} == places
    assert {part["members"]: sums(part) for part in result["by_size"]} == sizes
    assert found["looked_at"] == total["households"] > HOUSEHOLDS / 2
    assert [kind for kind in kinds.split() if not result["total"][kind]] == []


async def test_households_to_look_at(nation: Supply) -> None:
    """A few of each kind in each governorate, with what they are given; in the caller's area alone."""
    found = await asked(nation, allowance(6000, 500))
    path = f"{PATH}/{found['simulation_id']}/examples"
    shown = (await nation.admin("GET", path, EXAMPLES)).json()["examples"]
    kinds = Counter((one["governorate"], one["outcome"]) for one in shown)
    assert {where for where, _ in kinds} == set(GOVERNORATES)
    assert {outcome for _, outcome in kinds} == {"gains", "loses", "unchanged"}
    assert max(kinds.values()) == 3
    after = await figures_with(nation, allowance(6000, 500))
    known = {account.household_id: account for _, account in await accounts(nation, JANUARY)}
    for one in shown:
        account = known[UUID(one["household_id"])]
        for when, figures in (("before", nation.runtime.state.snapshot.figures), ("after", after)):
            goods, loaves, *_ = opened(account, JANUARY, figures, None)
            assert (one[when]["goods"], one[when]["loaves"]) == (goods, loaves)
        assert one["gain"] == one["after"]["goods"] - one["before"]["goods"]
    of_one = (await nation.admin("GET", f"{path}?outcome=loses", EXAMPLES)).json()["examples"]
    assert of_one == [one for one in shown if one["outcome"] == "loses"]
    local = nation.issuer.headers("desk", EXAMPLES, governorate="19")
    near = (await nation.client.get(path, headers=local)).json()["examples"]
    assert near == [one for one in shown if one["governorate"] == "19"]
    assert (await nation.client.get(f"{PATH}/{found['simulation_id']}", headers=local)).status_code == 404
    assert (await nation.admin("GET", path, "policies:read policies:approve")).status_code == 403
    refused = await nation.admin("GET", f"{PATH}/{new_id()}/examples", EXAMPLES)
    assert (refused.status_code, refused.json()["code"]) == (404, "simulation_unknown")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"policies": [allowance(6000, effective_from="2026-11-05")]}, 409, "policy_not_ahead"),
        ({"policies": [row_of("supply.allowance", "much")]}, 422, "policy_unusable"),
        ({"policies": [row_of("supply.allowance", 1, governorate="03")]}, 422, "policy_unusable"),
        ({"policies": [row_of("terminal.clock_skew_seconds", 1)]}, 422, "nothing_to_simulate"),
        ({"policies": [row_of("supply.support_mode", "restricted", programme="goods")]}, 422, "mode_not_kept"),
        ({"policies": [allowance(6000)], "month": "2026-12"}, 422, "simulation_month"),
        ({"policies": [allowance(6000, effective_from="2999-01-01")]}, 422, "simulation_month"),
        ({"policies": [allowance(6000, effective_from="9999-12-02")]}, 422, "invalid_request"),
        (
            {
                "policies": [
                    row_of("bread.daily_quota_per_household", 25, "2026-11-10") | {"effective_to": "2026-11-20"}
                ]
            },
            422,
            "simulation_month",
        ),
        ({"policies": [allowance(6000), allowance(7000)]}, 409, "policy_overlaps"),
        ({"proposal_id": str(new_id())}, 404, "proposal_unknown"),
        ({"policies": [allowance(6000)], "proposal_id": str(new_id())}, 422, "invalid_request"),
        ({"policies": []}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_what_cannot_be_computed(nation: Supply, body: dict[str, Any], status: int, code: str) -> None:
    reply = await nation.admin("POST", PATH, "policies:write", json=body)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert (await nation.admin("GET", "/v1/policies?key=supply.allowance", "policies:read")).json()["items"][-1][
        "effective_to"
    ] is None, "trying a policy out leaves nothing"


async def test_who_decides_sees_what_it_changes_and_cannot_decide_before(nation: Supply) -> None:
    """A proposed policy is computed by itself; until it is, nobody approves it, and any one of others is refused."""
    reply = await nation.admin("POST", "/v1/policies", "policies:write", json=allowance(6000, 500))
    proposal_id = reply.json()["policy_id"]
    path = f"/v1/proposals/supply/{proposal_id}"
    waits = (await nation.admin("GET", path, "policies:approve")).json()["beside"]["simulation"]
    assert (waits["state"], waits["month"], waits["total"]) == ("waiting", "2027-01-01", None)
    early = await decide(nation.client, nation.issuer, "supply", proposal_id, "policies:approve", expect=409)
    assert (early["code"], early["simulation"]) == ("simulation_needed", "waiting")
    await simulated(nation)
    seen = (await nation.admin("GET", path, "policies:approve")).json()["beside"]["simulation"]
    whole = await read(nation, seen["simulation_id"])
    assert (seen["state"], seen["path"]) == ("done", f"{PATH}/{seen['simulation_id']}")
    assert seen["total"] == whole["result"]["total"]
    assert whole["proposal_id"] == proposal_id
    again = await nation.admin("POST", PATH, "policies:approve", json={"proposal_id": proposal_id})
    await simulated(nation)
    assert (await read(nation, again.json()["simulation_id"]))["result"] == whole["result"]
    listed = (await nation.admin("GET", "/v1/proposals/supply", "policies:approve")).json()["items"]
    assert {one["beside"] for one in listed} == {None}, "a list tells what is proposed, no more"
    other = await nation.admin(
        "POST", "/v1/policies", "policies:write", json=row_of("test.figure", 1) | {"on_record": True}
    )
    beside = (await nation.admin("GET", f"/v1/proposals/supply/{other.json()['policy_id']}", "policies:read")).json()
    assert beside["beside"] == {"simulation": None}
    assert (await decide(nation.client, nation.issuer, "supply", proposal_id, "policies:approve"))[
        "state"
    ] == "approved"
    await nation.catch_up()
    assert (await read(nation, seen["simulation_id"]))["superseded"]
    withdrawal = await nation.admin(
        "POST", f"/v1/policies/{proposal_id}/withdrawal", "policies:write", json={"reason": "a test"}
    )
    await decide(nation.client, nation.issuer, "supply", withdrawal.json()["proposal_id"], "policies:approve")
    gone = await nation.admin("POST", PATH, "policies:write", json={"proposal_id": proposal_id})
    assert gone.json()["code"] == "proposal_unknown", "what is decided is computed no more"


async def test_it_is_what_is_given_once_the_policy_holds(make_database: MakeDatabase, issuer: TestIssuer) -> None:
    """Approved, and its month opened by the job of the 1st: as many households, and to the piastre what was said."""
    async with serve(settings_for(await make_database(MIGRATIONS), issuer), issuer) as supply:
        await populated(supply, random.Random(61))
        supply.at(NOON)
        reply = await supply.admin("POST", "/v1/policies", "policies:write", json=allowance(6000, 500))
        proposal_id = reply.json()["policy_id"]
        await simulated(supply)
        decided = await decide(supply.client, supply.issuer, "supply", proposal_id, "policies:approve")
        seen = await supply.admin("GET", f"/v1/proposals/supply/{proposal_id}", "policies:read")
        said = seen.json()["beside"]["simulation"]["total"]
        assert decided["state"] == "approved"
        supply.at(datetime(2027, 1, 1, 1, tzinfo=UTC))
        await opened_for_all(supply)
        (given,) = await supply.fetch(
            "SELECT count(DISTINCT household_id) AS households,"
            " sum(granted) FILTER (WHERE programme = 'goods') AS goods,"
            " sum(granted) FILTER (WHERE programme = 'bread') AS loaves FROM pot WHERE period = $1",
            JANUARY,
        )
        assert given["households"] == said["households"]
        assert (given["goods"], given["loaves"]) == (said["after"]["goods"], said["after"]["loaves"])
        assert said["after"]["goods"] != said["before"]["goods"]
