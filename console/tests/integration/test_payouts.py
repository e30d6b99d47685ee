"""A batch from its declaration to its approval on the console's pages, before a real payment-service."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from chassis.ids import new_id
from chassis.testing import MakeDatabase, served_at
from devstack.engines import free_ports
from payment_service import MIGRATIONS
from payment_service.main import create_app
from payment_service.settings import Settings

from .conftest import Browser, Desk, hidden, opened

HEADER = "citizen_id,amount,item_reference"


@pytest.fixture(scope="module")
async def paying(make_database: MakeDatabase, kafka_bootstrap: str) -> AsyncIterator[Desk]:
    """The console before a payment-service that trusts its gateway."""
    port = free_ports(1)[0]
    async with opened(make_database, kafka_bootstrap, payment_url=f"http://127.0.0.1:{port}") as desk:
        database = await make_database(MIGRATIONS)
        settings = Settings(
            database_url=database,
            kafka_bootstrap=kafka_bootstrap,
            topic_prefix=database.rsplit("/", 1)[-1] + ".",
            issuer=f"{desk.gateway_url},unicard",
            jwks_url=f"{desk.gateway_url}/.well-known/jwks.json",
            payout_poll_seconds=0.1,
        )
        async with served_at(create_app(settings), port):
            yield desk


async def of(desk: Desk, role: str, authority: str = "pension-authority") -> Browser:
    """A browser at which somebody with a role in an authority has signed in."""
    browser = desk.browser()
    await browser.sign_in(await desk.hire(role, area="*", authority=authority))
    return browser


async def sends(browser: Browser, batch: str, content: str | bytes, **fields: str) -> str:
    """Send a file by the form of its page; where that led to."""
    place = f"/console/payouts/files/{batch}"
    await browser.get(place)
    form = {**hidden(browser.page.text), **fields}
    reply = await browser.client.post(
        browser.desk.console_url + place, data=form, files={"file": ("rows.csv", content)}
    )
    browser.page = reply
    return str(reply.headers.get("location", reply.status_code))


async def declared(browser: Browser, count: int, total: str) -> str:
    """A batch of pensions; its id."""
    await browser.get("/console/payouts/new")
    page = await browser.post(
        "/console/payouts/new", programme="pension", reference=f"r-{new_id()}", declared_count=str(count),
        declared_total=total,
    )  # fmt: skip
    assert page.status_code == 200, page.text
    return page.url.path.rpartition("/")[2]


async def test_a_batch_is_made_from_a_file_with_faulty_rows_and_approved_by_another(paying: Desk) -> None:
    maker, approver = await of(paying, "payouts-maker"), await of(paying, "payouts-approver")
    page = await maker.get("/console/payouts/new")
    assert "المعاشات" in page.text
    page = await maker.post("/console/payouts/new", programme="pension", reference="معاش", declared_total="x")
    assert (page.status_code, "<title>خطأ: " in page.text, 'value="معاش"' in page.text) == (422, True, True)
    batch = await declared(maker, 3, "30")
    place = f"/console/payouts/{batch}"
    assert "سُجلت الدفعة" in maker.page.text
    assert place in (await maker.get("/console/payouts")).text  # what is being made waits for its maker

    citizens = [new_id(), new_id()]
    rows = [HEADER, f"{citizens[0]},1000,a", f"{citizens[1]},1000,b", f"{citizens[1]},x,c", f"{citizens[1]},5,b"]
    assert await sends(maker, batch, "\n".join(rows)) == place
    page = await maker.get(place)
    assert "صفوف مقبولة: 2، مرفوضة: 2" in page.text
    assert "المبلغ يجب أن يكون عدداً صحيحاً" in page.text  # in the language of the page, the other beside it
    assert "The item" in page.text
    assert "المستلم لا يطابق المعلن" in page.text
    assert await sends(maker, batch, "\n".join([HEADER, "x,1,y"])) == "422"
    assert "كل صفوف الملف غير صحيحة" in maker.page.text
    assert "معرف المواطن غير صحيح" in maker.page.text
    assert await sends(maker, batch, "") == "422"

    form = hidden((await maker.get(f"{place}/row?fault=1")).text)
    assert 'value="c"' in maker.page.text
    page = await maker.post(
        f"{place}/row", payee="citizen_id", number=str(citizens[1]), amount="10", item_reference="c"
    )
    assert "أُضيف الصف." in page.text
    page = await maker.post(f"{place}/row", **form, payee="citizen_id", number="x", amount="10", item_reference="d")
    assert (page.status_code, "معرف المواطن غير صحيح" in page.text) == (422, True)
    await maker.get(place)
    page = await maker.post(f"{place}/step", doing="submission")
    assert "أُرسلت الدفعة للاعتماد." in page.text
    assert "اعتمد صرف" not in page.text
    assert "من يُعد دفعة لا يعتمدها" in page.text
    assert "المستفيد نفسه مكرر في هذه الدفعة" in page.text

    await maker.post(f"{place}/step", doing="reopening")
    await maker.get(f"{place}/items/3")
    page = await maker.post(f"{place}/items/3", doing="take_out")
    assert "استُبعد الصف" in page.text
    await maker.get(f"{place}/items/2")
    page = await maker.post(f"{place}/items/2", doing="correct", amount="15.00", payee="national_id")
    assert "عُدّل الصف" in page.text
    await maker.get(f"{place}/declaration")
    assert 'value="25.00"' in maker.page.text  # what was received stands in the form
    await maker.post(f"{place}/declaration", declared_count="2", declared_total="25")
    await maker.post(f"{place}/step", doing="submission")
    result = await maker.client.get(f"{paying.console_url}/console/payouts/files/{batch}/result")
    assert (result.content[:3], result.headers["content-type"]) == (b"\xef\xbb\xbf", "text/csv; charset=utf-8")
    assert '"not_taken","amount_invalid"' in result.text

    page = await approver.get(place)
    assert "15.00" in page.text  # the largest
    page = await approver.post(place, total="24")
    assert page.status_code == 422
    await approver.get(place)
    page = await approver.post(place, total="25")
    assert (page.status_code, "رصيد الصندوق لا يغطي الدفعة" in page.text) == (409, True)
    await paid_into_the_fund(paying, 2500)
    await approver.get(place)
    assert "اعتُمد الصرف." in (await approver.post(place, total="25")).text
    for browser in (maker, approver):
        await browser.client.aclose()


async def paid_into_the_fund(paying: Desk, amount: int) -> None:
    """Money of the treasury, proposed and decided by two."""
    url = str(paying.console.state.context.settings.payment_url)
    officer = await of(paying, "treasury-officer", "finance-ministry")
    approver = await of(paying, "treasury-approver", "finance-ministry")
    body = {"amount": amount, "reference": f"f-{new_id()}"}
    made = await officer.call("POST", "/v1/payout-funds/pension/fundings", body, url)
    place = f"/console/proposals/payment/{made['proposal_id']}"
    await approver.get(place)
    await approver.post(place, decision="approve")
    for browser in (officer, approver):
        await browser.client.aclose()


async def test_a_file_sent_twice_is_taken_once_and_a_foreign_form_not_at_all(paying: Desk) -> None:
    maker, other = await of(paying, "payouts-maker"), await of(paying, "payouts-approver")
    batch = await declared(maker, 1, "1")
    rows = f"{HEADER}\n{new_id()},100,a\n"
    key = str(new_id())
    for _ in range(2):
        assert await sends(maker, batch, rows, key=key) == f"/console/payouts/{batch}"
    page = await maker.get(f"/console/payouts/{batch}/items?state=waiting")
    assert page.text.count("/items/1") == 1
    assert f"/console/payouts/{batch}/items/2" not in page.text
    assert await sends(maker, batch, rows, form_token="0" * 64) == "403"
    assert await sends(other, batch, rows) == "403"  # the service's own refusal: the right is not theirs
    guest = paying.browser()
    reply = await guest.client.post(
        f"{paying.console_url}/console/payouts/files/{batch}", files={"file": ("rows.csv", rows)}
    )
    assert (reply.status_code, "sign-in" in reply.headers["location"]) == (303, True)
    for browser in (maker, other, guest):
        await browser.client.aclose()


async def test_a_batch_of_a_hundred_thousand_is_looked_at_and_approved_in_time(paying: Desk) -> None:
    maker, approver = await of(paying, "payouts-maker"), await of(paying, "payouts-approver")
    number = 100_000
    batch = await declared(maker, number, str(number))
    place = f"/console/payouts/{batch}"
    rows = "\n".join([HEADER, *(f"{new_id()},100,{n}" for n in range(number))])
    assert await sends(maker, batch, rows) == place
    await maker.get(place)
    assert "أُرسلت الدفعة للاعتماد." in (await maker.post(f"{place}/step", doing="submission")).text
    await paid_into_the_fund(paying, number * 100)
    began = time.perf_counter()
    page = await approver.get(place)
    assert time.perf_counter() - began < 2
    for fact in ("100,000", "1.00", "بصمة المحتوى"):
        assert fact in page.text
    assert "اعتُمد الصرف." in (await approver.post(place, total="100000")).text
    result = await maker.client.get(f"{paying.console_url}/console/payouts/files/{batch}/result")
    assert result.text.count("\r\n") == number + 1
    for browser in (maker, approver):
        await browser.client.aclose()
