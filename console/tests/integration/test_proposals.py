"""Proposals of the real gateway, decided on the console's pages by another person than whoever made them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.ids import new_id

from .conftest import Desk, hidden

DECIDE = "سجّل القرار"


async def test_who_proposes_sees_why_not_and_is_refused_and_another_approves_once(desk: Desk) -> None:
    maker, decider = await desk.signed_in("key-custodian"), await desk.signed_in("key-custodian")
    made = await maker.call("POST", "/v1/signing-keys", {"reason": "a year is over"})
    place = f"/console/proposals/gateway/{made['proposal_id']}"
    page = await maker.get(place)
    assert DECIDE not in page.text
    assert "يجب أن يبت فيه شخص آخر" in page.text
    page = await maker.post(place, decision="approve", digest=made["digest"], key=str(new_id()))
    assert page.status_code == 403
    assert "يجب أن يبت فيه شخص آخر" in page.text  # the service's own words, and its number
    assert "رقم الطلب" in page.text

    page = await decider.get("/console/approvals")
    assert place in page.text
    assert "ينتظر قرارك" in page.text
    page = await decider.get(place)
    assert "مفتاح توقيع جديد" in page.text
    assert "a year is over" in page.text
    form = hidden(page.text)
    page = await decider.post(place)
    assert page.status_code == 422
    page = await decider.post(place, decision="refuse")
    assert page.status_code == 422
    assert "اكتب السبب." in page.text
    again = {**form, "decision": "approve"}
    page = await decider.post(place, **again)
    assert (page.status_code, decider.steps) == (200, [303, 200])
    assert "اعتُمد المقترح ونُفّذ." in page.text
    page = await decider.post(place, **again)  # Back, and sent once more: the same key, the same answer
    assert decider.steps == [303, 200]
    proposal = await decider.call("GET", f"/v1/proposals/gateway/{made['proposal_id']}")
    assert [act["act"] for act in proposal["acts"]].count("approved") == 1
    assert place in (await maker.get("/console/proposals/gateway?state=approved")).text
    for browser in (maker, decider):
        await browser.client.aclose()


async def test_a_policy_is_shown_beside_what_it_replaces_and_refused_with_the_reason(desk: Desk) -> None:
    maker, decider = await desk.signed_in("policy-enterer"), await desk.signed_in("policy-approver")
    begins = (datetime.now(UTC) + timedelta(days=40)).date()
    policy = {
        "key": "approval.days_open", "value": 12, "effective_from": begins.isoformat(),
        "legal_reference": "circular 7", "source": "the ministry's letter", "note": "sooner decided",
    }  # fmt: skip
    made = await maker.call("POST", "/v1/policies/gateway", policy)
    place = f"/console/proposals/gateway/{made['policy_id']}"
    page = await decider.get(f"{place}?lang=en")
    before, after = page.text.split('<td class="plainly stands">')[1].split("</tr>")[0].split("</td><td>")
    assert ("30" in before, "12" in after) == (True, True)
    assert "circular 7" in page.text
    assert "{" not in page.text[page.text.index("<main") :]  # in words, not as a document
    page = await decider.post(place, decision="refuse", reason="the circular is withdrawn")
    assert "The proposal was refused." in page.text
    assert "the circular is withdrawn" in (await maker.get(place)).text
    for browser in (maker, decider):
        await browser.client.aclose()


async def test_a_role_is_granted_by_another_than_who_asked(desk: Desk) -> None:
    one, two = await desk.signed_in("administrator"), await desk.signed_in("administrator")
    newcomer = await desk.hire("counter-clerk", area="03")
    wanted = {
        "person_id": str(newcomer.person_id), "role": "complaints-clerk", "authority_id": "ministry", "area": "03",
        "valid_to": (datetime.now(UTC) + timedelta(days=30)).isoformat(), "reason": "answers the telephone",
    }  # fmt: skip
    grant = await one.call("POST", "/v1/role-grants", wanted)
    place = f"/console/grants/{grant['grant_id']}"
    page = await one.get(place)
    assert "موظف تلقي الشكاوى" in page.text
    assert DECIDE not in page.text
    assert place in (await two.get("/console/approvals")).text
    await two.get(place)
    page = await two.post(place, decision="approve")
    assert "مُنحت الصلاحية." in page.text
    assert (await two.call("GET", f"/v1/role-grants/{grant['grant_id']}"))["state"] == "granted"
    assert (await two.get("/console/proposals/nowhere")).status_code == 404
    for browser in (one, two):
        await browser.client.aclose()
