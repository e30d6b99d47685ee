"""The review of a phase: its funnel, the planted faults at the head of its weaknesses, as JSON, CSV and a page."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.usage import repository as usage
from chassis.ids import new_id
from contracts.rations import TerminalsDay
from contracts.summaries import HouseholdsServed, OutletDaySummarised

from ..rollouts import opened

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

READ = "rollout:read"
# Households of heads whose appointment at a site was at $4: the first $5 came, $6 came twelve days late, $7 never.
_PLANTED = """
    WITH n AS (SELECT n, gen_random_uuid() AS home, gen_random_uuid() AS citizen, gen_random_uuid() AS card,
        CASE WHEN n <= $5::int THEN $4::timestamptz
            WHEN n <= $5::int + $6::int THEN $4::timestamptz + interval '12 days' END AS issued
        FROM generate_series(1, $5::int + $6::int + $7::int) n),
    h AS (INSERT INTO household (household_id, governorate, district, address, members, registered_at)
        SELECT home, $1, $1 || '.01', '', 1, $4::timestamptz - interval '10 days' FROM n RETURNING 1),
    z AS (INSERT INTO citizen (citizen_id, household_id, role, national_id_hash, national_id_sealed, birth_date,
        registered_at, full_name_sealed, sex)
        SELECT citizen, home, 'head', sha256(citizen::text::bytea), ''::bytea, '1990-01-01', $4::timestamptz, ''::bytea,
            'female'
        FROM n RETURNING 1),
    c AS (INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state, site_id,
        phase_id, created_at, issued_at, activated_at, services)
        SELECT card, citizen, home, $1, sha256(card::text::bytea), ''::bytea,
            CASE WHEN issued IS NULL THEN 'requested' ELSE 'active' END, $2::uuid, $3::uuid,
            $4::timestamptz - interval '5 days', issued, issued,
            CASE WHEN issued IS NULL THEN '{}' ELSE '{supply}' END::text[] FROM n RETURNING 1),
    s AS (INSERT INTO pickup_slot (site_id, starts_at, capacity, taken)
        VALUES ($2::uuid, $4::timestamptz, 1000, 0) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT home, card FROM n, (SELECT count(*) FROM h, z, c) done
"""


async def planted(
    office: Office, phase_id: str, site: str, at: datetime, came: int, late: int = 0, never: int = 0
) -> list[UUID]:
    """Households of Port Said as they are after their appointment at a site: the ids, those that came first."""
    rows = await office.fetch(_PLANTED, "03", UUID(site), UUID(phase_id), at, came, late, never)
    await office.fetch(
        "INSERT INTO appointment (appointment_id, card_id, site_id, starts_at, ends_at, state, number, planned_at)"
        " SELECT gen_random_uuid(), card, $2, $3::timestamptz, $3::timestamptz + interval '1 hour', 'kept', 1,"
        " $3::timestamptz - interval '5 days'"
        " FROM unnest($1::uuid[]) AS u (card)",
        [row["card"] for row in rows],
        UUID(site),
        at,
    )
    return [row["home"] for row in rows]


def terminals(model: str, sales: int, failed: int) -> TerminalsDay:
    return TerminalsDay(model=model, terminals=1, ready=1, sales=sales, refused={"terminal_clock_skew": failed})


async def used(office: Office, day: date, homes: list[UUID], *of: TerminalsDay) -> None:
    """A day on which households drew at an outlet."""
    told = OutletDaySummarised(
        outlet_id=new_id(), business_day=day, kind="bakery", governorate="03", district="03.01", suspended=False,
        terminals=list(of),
    )  # fmt: skip
    served = HouseholdsServed(governorate="03", business_day=day, household_ids=homes)
    async with office.runtime.sessions() as session, session.begin():
        await usage.keep_days(session, [told])
        await usage.keep_used(session, [served])


async def reviewed(office: Office, phase_id: str) -> dict[str, Any]:
    found: dict[str, Any] = await office.call("GET", f"/v1/rollout-phases/{phase_id}/review", READ)
    return found


def ago(office: Office, days: int) -> datetime:
    return (office.runtime.clock.now() - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


async def test_a_slow_site_heads_the_weaknesses(open_office: OpenOffice) -> None:
    async with open_office() as office:
        at, phase_id = ago(office, 28), await office.phase()
        for n in range(3):
            quick = await office.site(f"Quick {n}")
            homes = await planted(office, phase_id, quick["site_id"], at, 55 + n, 2, 3)
        slow = (await office.site("Slow"))["site_id"]
        await planted(office, phase_id, slow, at, 10, 30, 20)
        await used(office, ago(office, 1).date(), homes[:20], terminals("Good", 3000, 20))
        found = await reviewed(office, phase_id)
        funnel = found["phase"]["funnel"]
        assert (funnel["registered"], funnel["invited"], funnel["collected"]) == (243, 243, 214)
        assert (funnel["activated"], funnel["used"], funnel["ever_used"]) == (214, 20, 20)
        assert float(funnel["to_collect"]["median"]) == 5.0
        assert float(funnel["to_collect"]["p90"]) > 10
        head = found["weaknesses"][0]
        assert (head["dimension"], head["key"], head["part_en"]) == ("site", slow, "Slow")
        assert head["indicator"] == "collected_late"
        assert (head["part"]["part"], head["part"]["whole"]) == ("50", "60")
        assert {part["dimension"] for part in found["parts"]} == {"site", "district", "cohort"}
        assert sum(week["collected"] for week in found["weeks"]) == 214


async def test_a_failing_kind_of_terminal_heads_the_weaknesses(open_office: OpenOffice) -> None:
    async with open_office() as office:
        at, phase_id = ago(office, 20), await office.phase()
        homes = []
        for n in range(2):
            usual = await office.site(f"Usual {n}")
            there = await planted(office, phase_id, usual["site_id"], at, 38 - 4 * n, 2)
            homes += there
        failing = (terminals("Good", 4000, 40), terminals("Failing", 800, 700))
        await used(office, ago(office, 1).date(), homes, *failing)
        found = await reviewed(office, phase_id)
        head = found["weaknesses"][0]
        assert (head["indicator"], head["dimension"], head["key"]) == ("failed_sales", "terminal", "bakery/Failing")
        assert (head["part"]["part"], head["part"]["whole"], head["affected"] > 600) == ("700", "1500", True)
        assert found["refusals"] == [{"code": "terminal_clock_skew", "refused": 740, "fault": True}]
        assert "bakery/Good" in {one["key"] for one in found["strengths"]}


async def test_a_review_is_a_page_and_a_file_too_beside_the_governorate_before(open_office: OpenOffice) -> None:
    async with open_office() as office:
        first = await office.phase()
        site = (await office.site("<b>Site</b>"))["site_id"]
        await planted(office, first, site, ago(office, 20), 3, 0, 1)
        await opened(office, first)
        second = await office.phase(governorate="29")
        found = await reviewed(office, second)
        assert found["before"]["phase_id"] == first
        assert (found["before"]["funnel"]["collected"], found["phase"]["funnel"]["collected"]) == (3, 0)
        path = f"/v1/rollout-phases/{first}/review/report"
        headers = office.issuer.headers("ministry", READ)
        page = await office.client.get(path, headers=headers | {"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert page.text.startswith('<!doctype html>\n<html lang="ar" dir="rtl">')
        assert "بورسعيد" in page.text
        assert "<script" not in page.text
        assert "<b>Site" not in page.text, "names are escaped"
        beside = (await office.client.get(path.replace(first, second), headers=headers)).text
        assert "الأقصر" in beside
        assert "بورسعيد" in beside
        file = await office.client.get(path, headers=headers | {"Accept": "text/csv"})
        assert file.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
        of_phase = {row["figure"]: row["value"] for row in rows if row["section"] == "phase"}
        assert (of_phase["invited"], of_phase["collected"]) == ("4", "3")


async def test_whoever_counts_for_no_programme_of_the_phase_is_not_entitled(open_office: OpenOffice) -> None:
    async with open_office() as office:
        homes = [(await office.household())[0] for _ in range(3)]
        out = homes[0]
        await office.fetch(
            "WITH c AS (INSERT INTO register_change (change_id, kind, household_id, fact_on, decided_at,"
            " effective_month, decided_by) VALUES (gen_random_uuid(), 'exclusion', $1::text::uuid, '2026-01-01', now(),"
            " '2026-01-01', 'x')"
            " RETURNING change_id) INSERT INTO entitlement_decision (change_id, citizen_id, programme, ground, counts,"
            " month, decided_at) SELECT change_id, $2::text::uuid, p, 'income', false, '2026-01-01', now() FROM c,"
            " unnest(ARRAY['goods', 'bread']) p",
            out["household_id"],
            out["members"][0]["citizen_id"],
        )
        next_month = office.runtime.clock.now() + timedelta(days=32)
        office.runtime.clock.move_to(next_month)  # type: ignore[attr-defined]  # a training system has a clock to move
        found = await reviewed(office, await office.phase())
        funnel = found["phase"]["funnel"]
        assert (funnel["registered"], funnel["entitled"], funnel["invited"]) == (3, 2, 0)
        assert funnel["to_collect"] == {"median": None, "p90": None}
