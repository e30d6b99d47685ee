"""The client's campaign from end to end, two thousandths of it, and how the next governorate follows the first.

240 people of Port Said, 24 a week, over sites of every kind; then Luxor, which its gate lets begin when Port Said is
live. Business time is moved from hour to hour; everything else is done as offices and sites do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service import POLICIES
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_events import Outside
from contracts.rations import TerminalsDay
from contracts.summaries import HouseholdsServed, OutletDaySummarised
from policybook.testing import changed_copy

from ..campaigns import KINDS, Campaign, at, faults, instant
from ..rollouts import RESOLUTION, WRITE, approved
from ..sites import drafted, saturday
from ..training import course, joined, outlet, seminar

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Office, OpenOffice

FIRST, SECOND = "03", "29"
A_WEEK = 24
HOUSEHOLDS, LATER = 120, 24
LONGEST = timedelta(weeks=13)
WEEK = timedelta(days=7)
WORKING_DAYS = 6  # Saturday to Thursday


@dataclass
class Rollout:
    """Both campaigns, and supply-service beside them, which tells what is drawn."""

    office: Office
    supply: Outside
    first: Campaign
    second: Campaign

    async def shops(self, of: Campaign, day: date, served: list[UUID], sales: int = 0) -> None:
        """What supply-service tells of a day: a shop's sales, one in a hundred refused by a fault, and who drew."""
        refused = {"terminal_clock_skew": sales // 100} if sales else {}
        terminals = [TerminalsDay(model="A", terminals=1, ready=1, sales=sales, refused=refused)]
        told = OutletDaySummarised(
            outlet_id=new_id(), business_day=day, kind="bakery", governorate=of.governorate, district=of.districts[0],
            suspended=False, terminals=terminals,
        )  # fmt: skip
        drew = HouseholdsServed(governorate=of.governorate, business_day=day, household_ids=served)
        await self.supply.tell(told, drew)

        async def heard() -> bool:
            count = (
                "SELECT (SELECT count(*) FROM sales_day WHERE outlet_id = $1),"
                " (SELECT count(*) FROM household_use WHERE household_id = ANY($2::uuid[]) AND used_on = $3)"
            )
            ((shop, drawn),) = await self.office.fetch(count, told.outlet_id, served, day)
            return bool((shop, drawn) == (1, len(served)))

        await eventually(heard, seconds=60)

    async def made_ready(self, of: Campaign) -> None:
        """Shops have terminals, their staff are trained, the public was told: what the gate of the trial asks for."""
        office, today = self.office, self.office.runtime.clock.today()
        place = {"governorate": of.governorate, "district": of.districts[0]}
        await self.shops(of, today - timedelta(days=1), [])
        shop, held = await outlet(office, 1, **place), await course(office, held_on=f"{today}", **place)
        participant = await joined(office, held, shop, "سعيد محمود")
        result = f"/v1/courses/{held['course_id']}/participants/{participant}/result"
        await office.call("PUT", result, WRITE, json={"result": "passed"})
        soon = office.runtime.clock.now() + timedelta(hours=1)
        talk = await seminar(office, 1, starts_at=soon.isoformat(), **place)
        at(office, soon + timedelta(hours=1))
        counted = f"/v1/seminars/{talk['seminar_id']}/attendance"
        await office.call("PUT", counted, WRITE, json={"attended": 9})

    async def entered(self, of: Campaign, *stages: str) -> None:
        """Let a phase enter stages, each by its gate as it was met."""
        for stage in stages:
            assert (await self.office.call("POST", f"{of.path}/stage", WRITE, json={"stage": stage}))["stage"] == stage

    async def unmet(self, of: Campaign, stage: str) -> dict[str, dict[str, Any]]:
        """What a gate names that is not met, by indicator."""
        refused = await self.office.call("POST", f"{of.path}/stage", WRITE, json={"stage": stage}, expect=409)
        return named(refused)

    async def activated(self, of: Campaign, day: date) -> int:
        """Activate whoever has collected so far; three of four draw by the evening."""
        done = await self.office.activated(of.phase_id, holders="adults")
        assert (done["status"], done["activated"], done["remaining"]) == ("done", done["cohort"], 0)
        active = sorted(await of.households("activated_at"))
        await self.shops(of, day, active[: len(active) * 3 // 4], sales=200)
        return int(done["activated"])

    async def reviewed(self, of: Campaign) -> dict[str, Any]:
        """A phase's review."""
        found: dict[str, Any] = await self.office.call("GET", f"{of.path}/review", "rollout:read")
        return found


def named(refused: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The conditions that a refusal names, by indicator."""
    assert refused["code"] == "gate_not_met"
    assert refused["detail_ar"]
    return {one["indicator"]: one for one in refused["conditions"]}


def short_by(condition: dict[str, Any]) -> bool:
    """Whether a refusal says by how much a figure is not met."""
    needed = Decimal(condition["at_least"]) if "at_least" in condition else -Decimal(condition["at_most"])
    value = Decimal(condition["value"])
    return Decimal(condition["short_by"]) == needed - (value if "at_least" in condition else -value) > 0


async def distributed(rollout: Rollout, of: Campaign, begins: date, activating_after: int = 0) -> int:
    """A campaign week by week until nobody has an appointment ahead; how many cards were activated meanwhile."""
    active = 0
    while True:
        at(rollout.office, instant(begins - timedelta(days=1), 12))
        plan = await of.invite(begins)
        assert plan["scheduled"] <= A_WEEK
        assert set(plan["unplaced"]) <= {"week_is_full"}
        if len(of.plans) == 1 and of is rollout.first:
            await early(rollout)
        for n in range(WORKING_DAYS):
            await of.live(begins + timedelta(days=n))
        if activating_after and len(of.plans) == activating_after:
            await rollout.entered(of, "activation")
            active = await rollout.activated(of, begins + timedelta(days=WORKING_DAYS - 1))
        begins += WEEK
        if not plan["unplaced"]:
            break
    while await of.waiting():
        await of.live(begins)
        begins += timedelta(days=1)
    return active


async def early(rollout: Rollout) -> None:
    """When the first are invited and nobody has come: neither the next governorate nor activation may begin."""
    office = rollout.office
    refused = await office.call("POST", f"{rollout.second.path}/opening", WRITE, json=RESOLUTION, expect=409)
    conditions = named(refused)
    assert {name: one["phase_id"] for name, one in conditions.items()} == {
        "governorates_behind": rollout.second.phase_id,
        "households_collected": rollout.first.phase_id,
        "failed_sales": rollout.first.phase_id,
    }
    assert conditions["failed_sales"]["value"] is None, "nothing was sold yet"
    measured = [conditions[name] for name in ("governorates_behind", "households_collected")]
    assert [one["value"] for one in measured] == ["1", "0.0000"]
    assert all(short_by(one) for one in measured)
    conditions = await rollout.unmet(rollout.first, "activation")
    assert set(conditions) == {"households_invited", "households_collected"}
    assert all(short_by(one) for one in conditions.values())


async def test_the_campaign_of_a_governorate_and_the_one_after_it(
    open_office: OpenOffice, tmp_path: Path, kafka_bootstrap: str
) -> None:
    policies = changed_copy(POLICIES, tmp_path / "policies", pickup__invited_a_week=A_WEEK)
    async with open_office(policies=policies, card_plan_chunk=50) as office:
        supply = Outside(kafka_bootstrap, office.settings.topic_prefix)
        first = Campaign(office, FIRST, [f"03.0{n}" for n in range(1, 8)])
        second = Campaign(office, SECOND, ["29.01", "29.02"])
        rollout = Rollout(office, supply, first, second)
        begins = saturday()
        at(office, instant(begins - timedelta(days=4), 9))
        await first.enter(HOUSEHOLDS)
        await second.enter(LATER)
        try:
            await _first(rollout, begins)
            await _second(rollout)
        finally:
            at(office, None)


async def _first(rollout: Rollout, begins: date) -> None:
    office, first = rollout.office, rollout.first
    await approved(office, f"{first.path}/opening", RESOLUTION)
    await rollout.made_ready(first)
    await rollout.entered(first, "trial", "distribution")
    whole = await drafted(office, first.phase_id, week_start=f"{begins}", weeks=12)
    assert (whole["scheduled"], whole["unplaced"]) == (len(first.people), {})
    assert len(whole["sites"]) == len(KINDS)
    dropped = await office.call("POST", f"/v1/pickup-plans/{whole['id']}/withdrawal", WRITE)
    assert dropped["status"] == "dropped"
    early_cohort = await distributed(rollout, first, begins, activating_after=6)
    # everyone is invited once by a plan; ten weeks, and what they lose to those who are invited again
    assert sum(plan["scheduled"] for plan in first.plans) == len(first.people)
    assert 10 <= len(first.plans) <= 12
    weeks = await first.planned_by_week()
    assert (sum(weeks.values()), max(weeks.values())) == (len(first.people), A_WEEK)
    assert first.walked_in > 0
    assert len(first.collected) == len(first.people) - first.given_up
    assert max(first.collected) - instant(begins, 0) < LONGEST
    await _told(rollout)
    last = office.runtime.clock.today() - timedelta(days=1)
    late_cohort = await rollout.activated(first, last)
    assert early_cohort > 0
    assert early_cohort + late_cohort == len(first.collected)
    await rollout.entered(first, "live")


async def _told(rollout: Rollout) -> None:
    """Who missed was told so, and got one hour more, after which the card is kept for a while; nobody else got two."""
    office, people = rollout.office, rollout.first.people
    missed = await office.events("PickupMissed")
    assert len(missed) == rollout.first.missed
    assert {(one["again"], one["kept_until"] is None) for one in missed} == {(True, True), (False, False)}
    assert sum(not one["again"] for one in missed) == rollout.first.given_up
    scheduled = await office.events("PickupScheduled")
    again = [one["citizen_id"] for one in scheduled if one["because"] == "missed"]
    assert len(again) == len(set(again)) == sum(person.misses > 0 for person in people.values())
    assert {one["because"] for one in scheduled} <= {"planned", "missed", "walk_in"}
    assert await faults(office) == {}


async def _second(rollout: Rollout) -> None:
    office, first, second = rollout.office, rollout.first, rollout.second
    live_since = office.runtime.clock.now()
    gates = await office.call("GET", f"{second.path}/gates", "rollout:read")
    (prepare,) = [gate for gate in gates["gates"] if gate["stage"] == "prepare"]
    assert (prepare["met"], prepare["passed"], prepare["entered"]) == (True, None, False)
    await approved(office, f"{second.path}/opening", RESOLUTION)
    opened = await office.call("GET", second.path, WRITE)
    assert (opened["opened_by"], opened["stage"]) == (RESOLUTION, "prepare")
    await rollout.made_ready(second)
    await rollout.entered(second, "trial", "distribution")
    today = office.runtime.clock.today()
    begins = today + timedelta(days=(6 - today.isoweekday()) % 7 + 7)
    await distributed(rollout, second, begins)
    assert len(second.collected) == len(second.people) - second.given_up
    weeks = await second.planned_by_week()
    assert (sum(weeks.values()), max(weeks.values())) == (len(second.people), A_WEEK)
    at(office, max(office.runtime.clock.now(), live_since + timedelta(days=31)))
    yesterday = office.runtime.clock.today() - timedelta(days=1)
    await rollout.entered(second, "activation")
    await rollout.activated(second, yesterday)
    active = await first.households("activated_at")
    await rollout.shops(first, yesterday, active[: len(active) * 3 // 4], sales=400)
    await rollout.entered(first, "review")
    await _beside_each_other(rollout)


async def _beside_each_other(rollout: Rollout) -> None:
    one, other = await rollout.reviewed(rollout.first), await rollout.reviewed(rollout.second)
    funnel = one["phase"]["funnel"]
    steps = ("registered", "entitled", "invited", "collected", "activated", "used")
    came = len(await rollout.first.households("issued_at"))
    assert [funnel[step] for step in steps] == [HOUSEHOLDS] * 3 + [came, came, came * 3 // 4]
    assert sum(week["invited"] for week in one["weeks"]) == HOUSEHOLDS
    assert len([part for part in one["parts"] if part["dimension"] == "site"]) == len(KINDS)
    assert one["before"] is None
    assert other["before"] == one["phase"]
    assert (other["before"]["stage"], other["phase"]["stage"]) == ("review", "activation")
    assert other["phase"]["funnel"]["registered"] == LATER
    page = f"{rollout.second.path}/review/report"
    headers = rollout.office.issuer.headers("ministry", "rollout:read")
    text = (await rollout.office.client.get(page, headers=headers)).text
    assert "بورسعيد" in text
    assert "الأقصر" in text
