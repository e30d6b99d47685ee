"""The people who work with the system, on the console's pages before the real gateway."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from chassis.national_id import check_digit
from chassis.testing import eventually

from .conftest import Browser, Desk, hidden


async def send(browser: Browser, place: str, **fields: str) -> str:
    """A form of the page at a place."""
    await browser.get(place)
    return (await browser.post(place, **fields)).text


async def _refused(browser: Browser) -> bool:
    return (await browser.get("/console/staff")).status_code == 401


async def test_somebody_is_invited_and_the_code_is_shown_once(desk: Desk) -> None:
    admin = await desk.signed_in("administrator")
    page = await admin.get("/console/invitations")
    page = await admin.post("/console/invitations", full_name="سعاد عمر", sign_in_name="s.omar", area="03")
    assert page.status_code == 422
    assert ("<title>خطأ: " in page.text, "اختر الجهة." in page.text) == (True, True)
    assert 'value="سعاد عمر"' in page.text
    body = "2850101030156"
    form = hidden(page.text)
    said = {
        **form, "full_name": "سعاد عمر", "sign_in_name": "s.omar", "area": "03", "authority_id": "ministry",
        "national_id": body + check_digit(body), "valid_until": "٣١/١٢/٢٠٢٧",
    }  # fmt: skip
    page = await admin.post("/console/invitations", **said)
    assert (page.status_code, admin.steps) == (200, [303, 200])
    (code,) = re.findall(r'<p class="secret"><bdi dir="ltr">([\w-]{20,})</bdi>', page.text)
    assert "/sign-in/invitation" in page.text
    place = urlsplit(str(page.url)).path
    again = await admin.get(place)
    assert (code in again.text, "سعاد عمر" in again.text, "31 ديسمبر 2027" in again.text) == (False, True, True)
    assert said["national_id"] not in again.text
    await admin.get("/console/invitations")
    page = await admin.post("/console/invitations", **said)  # Back, and sent once more: the same code, nobody new
    assert code in page.text
    listed = await admin.get("/console/staff?status=invited&area=03&authority_id=ministry")
    assert (listed.text.count("سعاد عمر"), place in listed.text) == (1, True)
    assert "شخص واحد" in listed.text
    assert place not in (await admin.get("/console/staff?status=invited&area=35")).text
    await admin.client.aclose()


async def test_somebody_is_suspended_with_a_reason_and_reinstated(desk: Desk) -> None:
    admin = await desk.signed_in("administrator")
    worker = await desk.hire("counter-clerk", area="03")
    browser = desk.browser()
    await browser.sign_in(worker)
    place = f"/console/staff/{worker.person_id}"
    page = await admin.get(place)
    assert ("منى سالم" in page.text, "موظف شباك تسليم الكروت" in page.text) == (True, True)
    assert "أنهِ الجلسة" in page.text
    session = re.findall(r'name="session_id" value="([^"]+)"', page.text)
    page = await admin.post(place, act="end_session", session_id=session[0])
    assert "انتهت الجلسة." in page.text
    assert "أنهِ الجلسة" not in page.text
    await eventually(lambda: _refused(browser))
    page = await admin.post(place, act="suspend", suspend_reason="")
    assert page.status_code == 422
    assert "اكتب السبب." in page.text
    assert "أُوقف الموظف" in await send(admin, place, act="suspend", suspend_reason="فقد جهازه")
    page = await admin.get(place)
    assert ("فقد جهازه" in page.text, "أعده إلى العمل" in page.text) == (True, True)
    assert "عاد الموظف إلى العمل." in await send(admin, place, act="reinstate")
    assert "سُجل ترك العمل" in await send(admin, place, act="leave", leave_reason="انتهت إعارته")
    page = await admin.get(place)
    assert ("سجّل ترك العمل" in page.text, "طلب صلاحية" in page.text) == (False, False)
    own = await admin.get("/console/staff?role=administrator")
    assert own.text.count('id="row-') >= 1
    for one in (admin, browser):
        await one.client.aclose()


async def test_a_role_is_asked_for_decided_by_another_confirmed_and_revoked(desk: Desk) -> None:
    one, two = await desk.signed_in("administrator"), await desk.signed_in("administrator")
    worker = await desk.hire("complaints-clerk", area="03")
    place = f"/console/staff/{worker.person_id}/role"
    page = await one.get(place)
    assert "مسؤول الأنظمة المتصلة" in page.text
    page = await one.get(f"{place}?role=service-desk&area=03")
    assert "البحث عن كروت المواطن والإبلاغ عن فقدها" in page.text  # what the role lets them do, in words
    until = (datetime.now(UTC) + timedelta(days=40)).date()
    page = await one.post(place, authority_id="ministry", valid_to="40/1/2027", reason="")
    assert page.status_code == 422
    assert "اكتب السبب." in page.text
    page = await one.post(place, authority_id="ministry", valid_to=until.isoformat(), reason="رد التليفون")
    assert "أُرسل الطلب" in page.text
    grant = urlsplit(str(page.url)).path
    assert ("سجّل القرار" in page.text, "اسحب الطلب" in page.text) == (False, True)
    assert grant in (await two.get("/console/grants?state=asked")).text
    assert "مُنحت الصلاحية." in await send(two, grant, decision="approve")
    page = await two.get("/console/grants?due=90")
    assert (grant in page.text, "منى سالم" in page.text) == ("أكّد أنها لازمة" in page.text, True)
    assert "تأكدت الصلاحية." in await send(two, grant, act="confirmation")
    await two.get(grant)
    page = await two.post(grant, act="revocation")
    assert page.status_code == 422
    assert "أُلغيت الصلاحية." in await send(two, grant, act="revocation", reason="نُقل")
    page = await one.get(grant)
    assert ("أُلغيت" in page.text, "نُقل" in page.text, "ألغِ الصلاحية" in page.text) == (True, True, False)
    for browser in (one, two):
        await browser.client.aclose()


async def test_whoever_looks_after_nobody_has_no_such_desk(desk: Desk) -> None:
    auditor, clerk = await desk.signed_in("auditor"), await desk.signed_in("counter-clerk", area="03")
    page = await auditor.get("/console/staff")
    assert ("دعوة موظف" in page.text, "/console/grants" in page.text) == (False, True)
    worker = await desk.hire("counter-clerk", area="03")
    page = await auditor.get(f"/console/staff/{worker.person_id}")
    assert ("أوقف هذا الموظف" in page.text, "طلب صلاحية" in page.text) == (False, False)
    assert "/console/staff" not in (await clerk.get("/console")).text
    assert (await clerk.get("/console/staff")).status_code == 403
    for browser in (auditor, clerk):
        await browser.client.aclose()
