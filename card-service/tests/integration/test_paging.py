"""Every list is walked page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tools.services import service_app

from api_gateway.route import Upstream
from chassis.testing import check_pages, eventually, paged

if TYPE_CHECKING:
    from ..conftest import OpenOffice

LISTS = {
    "/v1/change-requests",  # walked in test_change_requests.py
    "/v1/citizens",
    "/v1/duplicates",  # walked in test_duplicates.py
    "/v1/hot-list",  # followed in test_hot_list.py
    "/v1/households",
    "/v1/memberships",
    "/v1/registered-households",  # walked in test_registered.py
    "/v1/register-exports",
    "/v1/imports",
    "/v1/consignments",  # walked in test_stock.py
    "/v1/production-batches",  # walked in test_production.py
    "/v1/citizens/{citizen_id}/accesses",
    "/v1/imports/{import_id}/rejections",
    "/v1/imports/{import_id}/rows",
    "/v1/bureaus",  # walked in test_production.py
    "/v1/cards/{card_id}/history",  # walked in test_card_life.py
    "/v1/production-batches/{batch_id}/mismatches",  # walked in test_production.py
    "/v1/cards/{card_id}/mandates",  # walked in test_mandates.py
    "/v1/pickup-plans/{plan_id}/load",
    "/v1/pickup-sites",
    "/v1/pickup-sites/{site_id}/appointments",
    "/v1/public/pickup-sites",
    "/v1/self/card/free-hours",  # walked in test_own.py
    "/v1/pickup-sites/{site_id}/closures",
    "/v1/pickup-sites/{site_id}/cards-to-send",  # walked in test_moved_cards.py
    "/v1/pickup-sites/{site_id}/stock/cards",  # these two walked in test_site_day.py
    "/v1/pickup-sites/{site_id}/stock/movements",
    "/v1/house-calls",  # walked in test_house_calls.py
    "/v1/cards/{card_id}/free-hours",  # these two walked in test_appointments.py
    "/v1/pickup-sites/{site_id}/uncollected",
    "/v1/rollout-phases",
    "/v1/rollout-phases/{phase_id}/households",  # these two walked in test_review_lists.py
    "/v1/rollout-phases/{phase_id}/pickup-plans",
    "/v1/courses",  # these four walked in test_readiness.py
    "/v1/courses/{course_id}/participants",
    "/v1/seminars",
    "/v1/staff-to-train",
    "/v1/trials",  # walked in test_trials.py
}
PARKED = "/v1/operations/card/parked-events"
BY_TWO = {"/v1/policies/card", "/v1/proposals/card"}  # walked in test_policies.py
SCOPES = "citizens:read citizens:import sites:read rollout:read cards:read cards:handover"


@pytest.mark.registers
def test_every_list_is_named() -> None:
    assert paged(service_app(Upstream.CARD).openapi()) == LISTS | {PARKED} | BY_TWO


async def test_every_list(open_office: OpenOffice) -> None:
    async with open_office() as office:
        headers = office.issuer.headers("ministry", SCOPES)
        made, _ = await office.household("spouse")
        citizen = f"/v1/citizens/{made['members'][0]['citizen_id']}"
        for _ in range(3):
            await office.call("GET", citizen, "citizens:read")
        await check_pages(office.client, headers, f"{citizen}/accesses")
        accepted = await office.upload(*(office.row(f"H{n}", mobile="x") for n in range(3)))
        await office.finished(f"/v1/imports/{accepted['id']}", "citizens:import")
        for _ in range(2):
            await office.imported(office.row("H"))
        await check_pages(office.client, headers, "/v1/imports", 3)
        await check_pages(office.client, headers, f"/v1/imports/{accepted['id']}/rejections", 3)
        await check_pages(office.client, headers, f"/v1/imports/{accepted['id']}/rows", 3)
        sites = [await office.site(f"Site {n}") for n in range(3)]
        found = await check_pages(office.client, headers, "/v1/pickup-sites?governorate=03", 3)
        assert [site["site_id"] for site in found] == [site["site_id"] for site in sites]
        path = f"/v1/pickup-sites/{found[0]['site_id']}/closures"
        for hours in range(1, 4):
            shut = {"kind": "emergency", "reason": "x", "ends_at": f"{datetime.now(UTC) + timedelta(hours=hours)}"}
            await office.call("POST", path, "sites:write", json=shut)
        await check_pages(office.client, headers, path, 3)
        phases = [await office.phase() for _ in range(3)]
        found = await check_pages(office.client, headers, "/v1/rollout-phases", 3)
        assert [phase["phase_id"] for phase in found] == phases
        for _ in range(25):
            await office.household()
        last, _ = await office.household()

        async def listed() -> bool:  # transactions of others hold these lists back for a moment
            stays = await office.call("GET", f"/v1/memberships?household_id={last['household_id']}", "citizens:read")
            return bool(stays["items"])

        await eventually(listed, seconds=60)
        for register in ("households", "citizens", "memberships"):
            await check_pages(office.client, headers, f"/v1/{register}")
        plan = await office.planned(phases[0])
        await check_pages(office.client, headers, f"/v1/pickup-plans/{plan['id']}/load")
        row, *_ = await office.fetch(
            "SELECT site_id, (min(starts_at) AT TIME ZONE 'Africa/Cairo')::date AS day, count(*) AS n FROM appointment"
            " GROUP BY site_id, (starts_at AT TIME ZONE 'Africa/Cairo')::date ORDER BY n DESC LIMIT 1"
        )
        path = f"/v1/pickup-sites/{row['site_id']}/appointments?day={row['day']}"
        await check_pages(office.client, headers, path, row["n"])
