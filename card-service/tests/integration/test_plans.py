from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from card_service import POLICIES
from card_service.weeks import week_of
from chassis.testing import eventually
from policybook.testing import changed_copy

from ..conftest import national_id
from ..sites import drafted, saturday

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Office, OpenOffice

CAIRO = ZoneInfo("Africa/Cairo")
WRITE = "rollout:write"
OLD = "2500101"  # born in 1950: elderly by any row


async def load_of(office: Office, plan: dict[str, Any]) -> dict[tuple[str, str], int]:
    page = await office.call("GET", f"/v1/pickup-plans/{plan['id']}/load?limit=2000", WRITE)
    return {(one["day"], one["site_id"]): one["citizens"] for one in page["items"]}


async def test_a_draft_shows_what_a_plan_would_do_and_does_nothing(open_office: OpenOffice) -> None:
    async with open_office(card_plan_chunk=10) as office:
        here = await office.site("Here", latitude=31.25, longitude=32.30, hourly_capacity=1, closes="10:00")
        there = await office.site("There", district="03.07", latitude=31.30, longitude=32.30, closes="10:00")
        for _ in range(10):
            await office.household("spouse")
        phase_id = await office.phase()
        draft = await drafted(office, phase_id)
        assert (draft["status"], draft["scheduled"], draft["drafted"], draft["created_by"]) == (
            "draft",
            20,
            None,
            "planner",
        )
        assert draft["figures"] == {
            "households": 10,
            "together": 4,
            "other_district": 8,
            "elderly": 0,
            "elderly_at_quiet_hours": 0,
            "kilometres": 2.22,  # 5.56 for eight of twenty
        }
        load = await load_of(office, draft)
        assert {site: sum(n for (_, one), n in load.items() if one == site) for _, site in load} == {
            here["site_id"]: 12,
            there["site_id"]: 8,
        }
        for table in ("card", "appointment"):
            assert await office.fetch(f"SELECT FROM {table}") == []
        assert await office.events("PickupScheduled") == []
        ((taken,),) = await office.fetch("SELECT sum(taken) FROM pickup_slot")
        assert taken == 0
        phase = await office.call("GET", f"/v1/rollout-phases/{phase_id}", WRITE)
        assert phase["state"] == "planned"
        path = f"/v1/pickup-plans/{draft['id']}"
        assert (await office.call("POST", f"{path}/start", WRITE, subject="approver"))["status"] == "queued"
        done = await office.finished(path, WRITE)
        assert (done["status"], done["scheduled"], done["drafted"]) == ("done", 20, 20)
        assert (done["created_by"], done["started_by"]) == ("planner", "approver")
        assert done["figures"] == draft["figures"]
        assert await load_of(office, done) == load
        told = await office.events("PickupScheduled")
        assert Counter((one["site_id"]) for one in told) == {here["site_id"]: 12, there["site_id"]: 8}
        for step in ("start", "withdrawal"):
            refused = await office.call("POST", f"{path}/{step}", WRITE, expect=409)
            assert refused["code"] == "plan_is_no_draft"


async def test_a_draft_is_dropped_and_refused_where_it_makes_no_sense(office: Office) -> None:
    await office.site("Dropped", governorate="22")
    phase_id = await office.phase(governorate="22")
    draft = await drafted(office, phase_id)
    path = f"/v1/pickup-plans/{draft['id']}"
    dropped = await office.call("POST", f"{path}/withdrawal", WRITE, subject="approver")
    assert (dropped["status"], dropped["dropped_by"]) == ("dropped", "approver")
    assert (await office.call("POST", f"{path}/start", WRITE, expect=409))["code"] == "plan_is_no_draft"
    await office.call("POST", f"{path}/start", WRITE, expect=404, claims={"governorate": "03"})
    late = await drafted(office, phase_id)
    await office.fetch("UPDATE pickup_plan SET week_start = '2026-01-03' WHERE plan_id = $1", UUID(late["id"]))
    refused = await office.call("POST", f"/v1/pickup-plans/{late['id']}/start", WRITE, expect=422)
    assert refused["code"] == "week_is_over"
    planned = await office.call("GET", f"/v1/rollout-phases/{phase_id}", WRITE)
    assert planned["state"] == "planned"


async def test_a_week_takes_no_more_than_its_row_over_all_plans(open_office: OpenOffice, tmp_path: Path) -> None:
    policies = changed_copy(POLICIES, tmp_path / "policies", pickup__invited_a_week=7)
    async with open_office(policies=policies, card_plan_chunk=10) as office:
        await office.site()
        for _ in range(30):
            await office.household()
        phase_id = await office.phase()
        first = await office.planned(phase_id, limit=5, week_start=str(saturday()))
        assert (first["scheduled"], first["unplaced"]) == (5, {})
        draft = await drafted(office, phase_id, weeks=3, holders="heads")
        assert (draft["scheduled"], draft["unplaced"]) == (2 + 7 + 7, {"week_is_full": 9})
        weeks: Counter[int] = Counter()
        for (day, _), citizens in (await load_of(office, draft)).items():
            weeks[week_of(date.fromisoformat(day)) - week_of(saturday())] += citizens
        assert weeks == {0: 2, 1: 7, 2: 7}
        await office.call("POST", f"/v1/pickup-plans/{draft['id']}/start", WRITE)
        done = await office.finished(f"/v1/pickup-plans/{draft['id']}", WRITE)
        assert done["scheduled"] == 16
        rows = await office.fetch("SELECT starts_at FROM appointment")
        expected = Counter(week_of(row["starts_at"].astimezone(CAIRO).date()) for row in rows)
        assert set(expected.values()) == {7}


async def test_the_elderly_come_at_quiet_hours(open_office: OpenOffice) -> None:
    async with open_office() as office:
        await office.site(hourly_capacity=2)
        for _ in range(6):
            await office.household()
        for n in range(4):
            old = office.person(national_id=national_id(500 + n, OLD))
            await office.household(members=[old, office.person("spouse")])
        plan = await office.planned(await office.phase(), holders="adults", week_start=str(saturday()))
        assert plan["figures"]["elderly"] == plan["figures"]["elderly_at_quiet_hours"] == 4
        rows = await office.fetch(
            "SELECT a.starts_at, z.birth_date FROM appointment a JOIN card c USING (card_id)"
            " JOIN citizen z USING (citizen_id)"
        )
        for row in rows:
            quiet = row["starts_at"].astimezone(CAIRO).hour in {12, 13}
            assert quiet or row["birth_date"].year > 1960
        assert sum(row["starts_at"].astimezone(CAIRO).hour in {12, 13} for row in rows) == 8


async def test_who_comes_tomorrow_is_reminded_once(open_office: OpenOffice) -> None:
    async with open_office() as office:
        await office.site()
        for _ in range(3):
            await office.household()
        week = saturday()
        await office.planned(await office.phase(), week_start=str(week))
        rows = await office.fetch("SELECT appointment_id, starts_at FROM appointment ORDER BY starts_at")
        first = rows[0]["starts_at"]
        assert await office.events("PickupReminderDue") == []
        body = {"now": (first - timedelta(days=1)).isoformat()}
        await office.call("PUT", "/v1/training/clock/card", "training:clock", json=body)
        day = first.astimezone(CAIRO).date()
        due = {str(row["appointment_id"]) for row in rows if row["starts_at"].astimezone(CAIRO).date() == day}

        async def reminded() -> bool:
            return {one["appointment_id"] for one in await office.events("PickupReminderDue")} == due

        await eventually(reminded)
        await office.call("PUT", "/v1/training/clock/card", "training:clock", json={"now": None})
        assert len(await office.events("PickupReminderDue")) == len(due)
