"""An administrator recovered on the host: the others learn of it at their next sign-in, and by SMS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from api_gateway.people import host, notices
from api_gateway.people.host import AdministratorIn
from api_gateway.signin.telling import tell
from chassis.ids import new_id

from ..staff import new_national_id
from .conftest import SIGN_IN, Offices, Request, Worker, came_back

if TYPE_CHECKING:
    from ..conftest import StartGateway

MOBILE = "01012345678"


@pytest.fixture
async def small(start_gateway: StartGateway) -> Offices:
    """An installation with one administrator left, and somebody who pays pensions."""
    return Offices(await start_gateway(**SIGN_IN))


async def recover(offices: Offices) -> dict[str, Any]:
    settings = offices.gateway.settings
    given = AdministratorIn(
        sign_in_name=f"r.{new_id().hex[-12:]}", national_id=new_national_id(), full_name="مسؤول بديل", mobile=MOBILE
    )
    url = settings.database_url.replace("unicard_test:", "unicard_test_owner:")
    (made,) = await host.run("recover", [given], settings, url)
    return made


async def administrator(offices: Offices) -> Worker:
    return await offices.hire(("administrator", "ministry", "*"))


async def give_mobile(offices: Offices, worker: Worker) -> None:
    sealed = offices.gateway.runtime.state.people.identities.seal_mobile(worker.person_id, "+20" + MOBILE[1:])
    await offices.gateway.runtime.pool.execute(
        "UPDATE person SET mobile_sealed = $2 WHERE person_id = $1", worker.person_id, sealed
    )


@pytest.mark.parametrize(("language", "words"), [("ar-EG", "أُضيف مسؤول صلاحيات"), ("en", "was invited on the host")])
async def test_others_read_it_before_they_go_on(small: Offices, language: str, words: str) -> None:
    left, maker = await administrator(small), await small.hire()
    made = await recover(small)
    async with small.browser(**{"Accept-Language": language}) as browser:
        await browser.get("/oauth/authorize", **Request().query())
        await browser.post("/sign-in", name=left.name, password=left.password)
        page = await browser.post("/sign-in/second-factor", code=left.code())
        assert page.status_code == 200
        assert words in page.text
        assert made["sign_in_name"] in page.text
        skipped = await browser.client.post(
            "/sign-in/office", data={"form_token": browser.form_token, "office": "ministry/*"}
        )
        assert skipped.headers["location"] == "/sign-in/notice", "nobody goes round it"
        again = await browser.get("/sign-in/notice")
        (seen,) = await _unseen(small, left)
        came_back(await browser.post("/sign-in/notice", **{"seen-1": str(seen)}))
        assert words in again.text
    assert await _unseen(small, left) == []
    assert "access_token" in await small.signed_in(maker), "whoever does not watch over rights is told nothing"


async def _unseen(offices: Offices, worker: Worker) -> list[UUID]:
    async with offices.gateway.runtime.sessions() as session:
        return [one.notice_id for one in await notices.unseen(session, worker.person_id)]


async def test_nobody_reads_it_in_anothers_place(small: Offices) -> None:
    left = await administrator(small)
    await recover(small)
    other = await small.hire()
    (notice,) = await _unseen(small, left)
    async with small.browser() as browser, small.browser() as stranger:
        await browser.get("/oauth/authorize", **Request().query())
        assert (await browser.get("/sign-in/notice")).status_code == 400
        await browser.post("/sign-in", name=left.name, password=left.password)
        assert (await browser.post("/sign-in/notice", **{"seen-1": str(notice)})).status_code == 400, "one factor"
        await stranger.get("/oauth/authorize", **Request().query())
        await stranger.post("/sign-in", name=other.name, password=other.password)
        token = stranger.form_token
        await stranger.client.post("/sign-in/notice", data={"form_token": token, "seen-1": str(notice)})
    assert await _unseen(small, left) == [notice]


async def test_they_are_told_by_sms_once_and_again_until_it_is_taken(small: Offices) -> None:
    left, silent = await administrator(small), await small.hire(("security-officer", "ministry", "*"))
    await give_mobile(small, left)
    made = await recover(small)
    asked: list[httpx.Request] = []
    answers = [httpx.Response(503), httpx.Response(200, json={"sent": False}), httpx.Response(200, json={"sent": True})]

    def notify(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1]

    runtime = small.gateway.runtime
    client = httpx.AsyncClient(transport=httpx.MockTransport(notify), base_url="http://notify")
    before, services = runtime.state.services.notify, runtime.state.services
    object.__setattr__(services, "notify", client)
    try:
        for _ in range(5):
            await tell(runtime)
    finally:
        object.__setattr__(services, "notify", before)
    assert [request.url.path for request in asked] == ["/v1/staff-notices"] * 3, "once it is taken, never again"
    assert asked[0].read() == b'{"mobile":"+201012345678","notice":"administrator_recovered"}'
    token = asked[0].headers["authorization"].removeprefix("Bearer ")
    assert (await small.claims(token))["scope"] == "notices:send"
    assert len(await _unseen(small, silent)) == 1, "who has given no number reads it"
    rows = await runtime.pool.fetch("SELECT n::text AS row FROM notice n UNION ALL SELECT p::text FROM person p")
    assert not [row for row in rows if MOBILE[1:] in row["row"]], "sealed"
    assert made["person_id"] not in [str(row) for row in await _unseen(small, left)]


async def test_a_number_is_shown_masked_and_others_are_refused(small: Offices) -> None:
    admin = await administrator(small)
    token = (await small.signed_in(admin))["access_token"]
    body = {
        "sign_in_name": f"m.{new_id().hex[-12:]}", "national_id": new_national_id(), "full_name": "منى حسن",
        "authority_id": "pension-authority", "area": "*",
    }  # fmt: skip

    async def invite(mobile: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}
        return await small.gateway.client.post("/v1/people", json={**body, "mobile": mobile}, headers=headers)

    for refused in ("123", "+4915112345678", "01012345 (Ali)"):
        reply = await invite(refused)
        assert (reply.status_code, reply.json()["code"]) == (422, "mobile_refused")
        assert refused not in reply.text
    made = await invite("٠١٠١٢٣٤٥٦٧٨")
    assert made.status_code == 201, made.text
    assert made.json()["person"]["mobile"] == "+2010*****678"
