"""Whoever is on call: the gateway answers, the others do not; an event is set aside and given up by two."""

from __future__ import annotations

import time

from chassis.ids import new_id

from .conftest import Desk

_DEAD = (
    "INSERT INTO parked_event (state, topic, partition, log_offset, key, headers, value, reason)"
    " VALUES ($1, 'supply.events.v1', 0, $2, $3, '[]', '', 'nobody can read it') RETURNING id"
)
CHAPTER = "«Events are set aside»"


async def test_what_does_not_answer_is_named_and_the_rest_is_shown_in_time(desk: Desk) -> None:
    operator = await desk.signed_in("operator")
    began = time.perf_counter()
    page = await operator.get("/console/on-call")
    assert time.perf_counter() - began < 2
    main = page.text[page.text.index("<tbody>") : page.text.index("</tbody>")]
    rows = dict(zip(("gateway", "card", "supply", "health", "payment", "notify"), main.split("</tr>"), strict=False))
    assert "بوابة الدخول" in rows["gateway"]
    assert "لا تجيب الآن" not in rows["gateway"]
    for name, called in {"card": "خدمة الكروت", "notify": "خدمة الرسائل"}.items():
        assert called in rows[name]
        assert "لا تجيب الآن" in rows[name]
    clerk = await desk.signed_in("service-desk", "03")
    assert (await clerk.get("/console/on-call")).status_code == 403
    for browser in (operator, clerk):
        await browser.client.aclose()


async def test_an_event_set_aside_is_given_up_by_two_and_nothing_is_changed_by_looking(desk: Desk) -> None:
    pool, key = desk.gateway.state.runtime.pool, str(new_id())
    number = await pool.fetchval(_DEAD, "dead", 1, key)
    for offset in (2, 3):
        await pool.fetchval(_DEAD, "parked", offset, key)
    await pool.fetchval(_DEAD, "parked", 4, str(new_id()))  # of somebody else
    operator, approver = await desk.signed_in("operator"), await desk.signed_in("operations-approver")
    place = f"/console/on-call/gateway/{number}"
    page = await operator.get("/console/on-call/gateway")
    assert place in page.text
    assert "<button" not in page.text[page.text.index("<main") :]  # it shows; a page of its own changes
    assert CHAPTER in page.text
    page = await operator.get(place)
    assert CHAPTER in page.text
    assert '<bdi dir="ltr" class="ident">2</bdi>' in page.text  # of this topic and key wait behind it
    page = await operator.post(place, doing="discard")
    assert page.status_code == 422
    page = await operator.post(place, doing="replay", reason="السبب زال")
    assert page.status_code == 422  # the service's own words: it cannot be handled still
    assert await pool.fetchval("SELECT state FROM parked_event WHERE id = $1", number) == "dead"
    page = await operator.post(place, doing="discard", reason="it was never ours")
    proposal = page.url.path
    assert proposal.startswith("/console/proposals/gateway/")
    assert "يجب أن يبت فيه شخص آخر" in page.text
    assert await pool.fetchval("SELECT state FROM parked_event WHERE id = $1", number) == "dead"
    assert "<button" not in (await approver.get(place)).text.split("<main")[1]
    assert proposal in (await approver.get("/console/approvals")).text
    await approver.get(proposal)
    assert "it was never ours" in approver.page.text
    page = await approver.post(proposal, decision="approve")
    assert "اعتُمد المقترح ونُفّذ." in page.text
    page = await operator.get("/console/on-call/gateway?settled=true")
    assert "it was never ours" in page.text
    assert (await operator.get("/console/on-call/gateway/999999999")).status_code == 404
    for browser in (operator, approver):
        await browser.client.aclose()
