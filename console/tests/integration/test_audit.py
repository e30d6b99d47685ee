"""Who has seen a citizen's data, on the console's pages before the real gateway and its own record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.ids import new_id

from .conftest import Desk


async def test_what_somebody_looked_at_is_in_the_record_by_whom_case_and_day(desk: Desk) -> None:
    officer, auditor = await desk.signed_in("data-protection-officer"), await desk.signed_in("auditor")
    citizen = new_id()
    place = f"/console/disclosures/{citizen}"
    await officer.call("GET", f"/v1/citizens/{citizen}/disclosure-delays")
    page = await auditor.get(f"/console/audit?service=gateway&citizen_id={citizen}")
    assert page.status_code == 200
    assert "من اطلع على البيانات" in page.text
    assert "منى سالم" in page.text  # by name: of the auditor's authority and area
    assert place not in page.text  # an auditor sees of acts, not of what was seen
    assert place in (await officer.get(f"/console/audit?service=gateway&citizen_id={citizen}")).text
    assert "لا توجد نتائج" in (await auditor.get("/console/audit?service=gateway&case_number=2020/1")).text
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    late = await auditor.get(f"/console/audit?service=gateway&citizen_id={citizen}&since={tomorrow}")
    assert "لا توجد نتائج" in late.text
    wrong = await auditor.get("/console/audit?citizen_id=29001011301234&since=2/1/2027&until=1/1/2027")
    assert (wrong.status_code, "وليس الرقم القومي." in wrong.text) == (422, True)
    assert "آخر يوم قبل أول يوم." in wrong.text
    chains = await auditor.get("/console/audit/chains")
    assert ("لا يجيب الآن" in chains.text, "unicard audit verify" in chains.text) == (True, True)
    for browser in (officer, auditor):
        await browser.client.aclose()


async def test_a_case_is_held_back_by_two(desk: Desk) -> None:
    one, two = await desk.signed_in("data-protection-officer"), await desk.signed_in("data-protection-officer")
    path = f"/v1/citizens/{new_id()}/disclosure-delays"
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    delay = await one.call("POST", path, {"case_number": "2026/9", "reason": "تحقيق", "until": until})
    place = f"/console/proposals/gateway/{delay['proposal_id']}"
    page = await one.get(place)
    assert "سجّل القرار" not in page.text
    assert place in (await two.get("/console/approvals")).text
    page = await two.get(place)
    assert "منى سالم" in page.text
    assert "اعتُمد المقترح" in (await two.post(place, decision="approve")).text
    for browser in (one, two):
        await browser.client.aclose()
