"""Notices on receipts: linted, made to fit, approved by another person, told, and withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from approvals.testing import decide
from chassis.testing import check_pages

from ..campaigning import DECIDES, NOON, WRITES, Office
from .test_sending import set_clock

if TYPE_CHECKING:
    from ..conftest import Desk

PATH = "/v1/receipt-notices"
TODAY = NOON.date()
GIVEN: dict[str, Any] = {
    "governorate": "03",
    "programmes": ["bread"],
    "first_day": str(TODAY),
    "last_day": str(TODAY + timedelta(days=6)),
    "ar": "صرف مقررات الشهر من أول يوم وحتى آخره من أي منفذ",
    "en": "This month's goods are drawn until its last day, at any outlet.",
}


@pytest.fixture
def office(desk: Desk) -> Office:
    set_clock(desk, NOON)
    return Office(desk)


async def approved(office: Office, **changes: Any) -> dict[str, Any]:
    made = await office.call("POST", PATH, expect=202, json=GIVEN | changes)
    await decide(office.desk.client, office.desk.issuer, "notify", made["proposal_id"], DECIDES)
    found: dict[str, Any] = (await office.call("GET", f"{PATH}?limit=500"))["items"][-1]
    return found


async def test_a_notice_is_told_when_another_person_has_approved_it(office: Office) -> None:
    made = await office.call("POST", PATH, expect=202, json=GIVEN)
    assert made["content"]["lines_en"] == ["This month's goods are drawn", "until its last day, at any", "outlet."]
    assert all(len(line) <= 32 for line in made["content"]["lines_ar"])
    assert await office.desk.published() == []
    await decide(office.desk.client, office.desk.issuer, "notify", made["proposal_id"], DECIDES)
    (notice,) = (await office.call("GET", PATH))["items"]
    assert (notice["ar"], notice["en"]) == (made["content"]["lines_ar"], made["content"]["lines_en"])
    assert notice["entered_by"] != notice["approved_by"]
    ((kind, told),) = await office.desk.published()
    assert kind == "ReceiptNoticeApproved"
    assert told == {name: notice[name] for name in told}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"ar": "الرقم القومي 29001011234567"}, "national_id"),
        ({"en": "Your PIN is 1234"}, "pin"),
        ({"ar": "مرضى السكري يصرفون الدواء"}, "diagnosis"),
        ({"ar": "أهلاً {name}"}, "variable_unknown"),
        ({"en": "word " * 40}, "too_long"),
        ({"en": "https://unicard.example/receipts/notices"}, "long_word"),
    ],
)
async def test_what_no_receipt_may_say_or_has_room_for_is_refused(
    office: Office, changes: dict[str, str], fault: str
) -> None:
    refused = await office.call("POST", PATH, expect=422, json=GIVEN | changes)
    assert (refused["code"], [one["code"] for one in refused["errors"]]) == ("receipt_notice_refused", [fault])
    assert refused["detail_ar"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first_day": str(TODAY - timedelta(days=1))}, "receipt_notice_times"),
        ({"last_day": str(TODAY - timedelta(days=1))}, "receipt_notice_times"),
        ({"last_day": str(TODAY + timedelta(days=400))}, "receipt_notice_times"),
        ({"governorate": "99"}, "governorate_unknown"),
        ({"district": "03.99"}, "district_unknown"),
        ({"district": "04.01"}, "invalid_request"),
        ({"programmes": ["health"]}, "invalid_request"),
    ],
)
async def test_when_and_where_must_be(office: Office, changes: dict[str, Any], code: str) -> None:
    reply = await office.desk.client.post(
        PATH, json=GIVEN | changes, headers=office.desk.issuer.headers("office", WRITES)
    )
    assert reply.json()["code"] == code
    assert reply.status_code in {400, 422}


async def test_a_receipt_has_no_more_than_its_notices_in_any_place(office: Office) -> None:
    await approved(office)
    await approved(office, governorate=None, programmes=["bread", "goods"])
    assert (await office.call("POST", PATH, expect=409, json=GIVEN))["code"] == "receipt_notices_too_many"
    later = {"first_day": str(TODAY + timedelta(days=7)), "last_day": str(TODAY + timedelta(days=8))}
    for free in ({"governorate": "19"}, {"programmes": ["goods"]}, later):
        await office.call("POST", PATH, expect=202, json=GIVEN | free)


async def test_two_approvals_do_not_both_find_room(office: Office) -> None:
    await approved(office)
    first, second = [await office.call("POST", PATH, expect=202, json=GIVEN) for _ in range(2)]
    await decide(office.desk.client, office.desk.issuer, "notify", first["proposal_id"], DECIDES)
    refused = await decide(office.desk.client, office.desk.issuer, "notify", second["proposal_id"], DECIDES, expect=409)
    assert refused["code"] == "receipt_notices_too_many"


async def test_a_notice_is_withdrawn_once_and_by_its_own_office(office: Office) -> None:
    notice = await approved(office)
    path = f"{PATH}/{notice['notice_id']}/withdrawal"
    office.gov = {"governorate": "19"}
    assert (await office.call("POST", path, expect=404))["code"] == "receipt_notice_unknown"
    assert (await office.call("GET", PATH))["items"] == []
    office.gov = {"governorate": "03"}
    withdrawn = await office.call("POST", path)
    assert withdrawn["withdrawn_by"]
    assert await office.call("POST", path) == withdrawn
    assert [kind for kind, _ in await office.desk.published()] == ["ReceiptNoticeApproved", "ReceiptNoticeWithdrawn"]
    over = await approved(office)
    set_clock(office.desk, NOON + timedelta(days=9))
    assert (await office.call("POST", f"{PATH}/{over['notice_id']}/withdrawal", expect=409))["code"] == (
        "receipt_notice_over"
    )


async def test_whoever_is_bound_writes_for_the_own_governorate(office: Office) -> None:
    office.gov = {"governorate": "19"}
    for elsewhere in ("03", None):
        refused = await office.call("POST", PATH, expect=403, json=GIVEN | {"governorate": elsewhere})
        assert refused["code"] == "outside_governorate_of_caller"


async def test_the_list_is_walked(office: Office) -> None:
    for governorate in ("01", "02", "03", "04", "11"):
        await approved(office, governorate=governorate)
    await check_pages(office.desk.client, office.desk.issuer.headers("office", WRITES), PATH, 5)
