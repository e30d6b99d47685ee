"""Whoever is on call: the gateway answers, the others do not; an event is set aside and given up by two."""

from __future__ import annotations

import time

from chassis.ids import new_id
from chassis.testing import PATIENCE, eventually
from staff_console.services.client import NAMES

from .conftest import Browser, Desk

_DEAD = (
    "INSERT INTO parked_event (state, topic, partition, log_offset, key, headers, value, reason)"
    " VALUES ($1, 'supply.events.v1', 0, $2, $3, '[]', '', 'nobody can read it') RETURNING id"
)
SILENT = "لا تجيب الآن"
CHAPTER = "«Events are set aside»"


def main_of(text: str) -> str:
    """What a page itself holds, without the frame around it."""
    return text[text.index('<main id="content"') : text.index("</main>")]


async def rows_of(operator: Browser) -> dict[str, str] | None:
    """The rows of the services by name, once the gateway itself has answered in time."""
    began = time.perf_counter()
    page = await operator.get("/console/on-call")
    assert time.perf_counter() - began < 2 * PATIENCE
    main = page.text[page.text.index("<tbody>") : page.text.index("</tbody>")]
    rows = {str(name): row for name, row in zip(NAMES, main.split("</tr>"), strict=False)}
    return None if SILENT in rows["gateway"] else rows


async def test_what_does_not_answer_is_named_and_the_rest_is_shown_in_time(desk: Desk) -> None:
    operator = await desk.signed_in("operator")
    rows = await eventually(lambda: rows_of(operator))
    assert "بوابة الدخول" in rows["gateway"]
    for name, called in {"card": "خدمة الكروت", "notify": "خدمة الرسائل"}.items():
        assert called in rows[name]
        assert SILENT in rows[name]
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
    assert "<button" not in main_of(page.text)  # it shows; a page of its own changes
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
    assert "<button" not in main_of((await approver.get(place)).text)
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
