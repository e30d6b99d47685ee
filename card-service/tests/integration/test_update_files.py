"""Files of other registries: each row becomes a change request, or is refused by name."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from card_service.registry.updates.rows import COLUMNS, STATES, Content
from chassis.clock import business_day

from ..change_requests import Counter
from ..conftest import national_id

if TYPE_CHECKING:
    from ..conftest import Office

WRITE = "requests:write"


async def sent(office: Office, content: str, *rows: str, **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A file to its end: the job and what became of its rows."""
    columns = COLUMNS[Content(content)].required
    more = options.pop("more", ())
    body = "\r\n".join([",".join([*columns, *more]), *rows, ""]).encode()
    declared = {"parts": 1, "sha256": hashlib.sha256(body).hexdigest(), "content": content}
    made = await office.call("POST", "/v1/import-declarations", WRITE, json=declared, expect=201, **options)
    assert (made["status"], made["content"]) == ("receiving", content)
    path = f"/v1/imports/{made['id']}"
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    part: dict[str, Any] = {"content": body, "headers": {"Content-Digest": digest}}
    await office.call("PUT", f"{path}/parts/1", WRITE, **part, **options)
    await office.call("POST", f"{path}/completion", WRITE, **options)
    job = await office.finished(path, WRITE)
    rows_of = await office.call("GET", f"{path}/rows?limit=1000", WRITE, **options)
    return job, rows_of["items"]


def told(rows: list[dict[str, Any]]) -> list[tuple[int, str, str | None, str | None]]:
    return [(one["row"], one["state"], one["field"], one["code"]) for one in rows]


async def test_deaths_are_carried_out_and_refused_row_by_row(office: Office) -> None:
    home, (_, spouse, child) = await office.household("spouse", "child")
    dead = home["members"][1]["citizen_id"]
    day = business_day(office.runtime.clock.now())
    unknown = national_id(990_001)
    job, rows = await sent(
        office,
        "deaths",
        f"{spouse['national_id']},{day:%d/%m/%Y}",
        f"{unknown},{day}",
        f"{spouse['national_id']},{day}",
        f"{child['national_id']},2999-01-01",
        f"12,{day}",
    )
    assert told(rows) == [
        (2, "requested", None, None),
        (3, "rejected", "row", "not_registered"),
        (4, "rejected", "row", "citizen_deceased"),
        (5, "rejected", "died_on", "date_in_future"),
        (6, "rejected", "national_id", "national_id_length"),
    ]
    assert all(one["reason"] and one["reason_ar"] for one in rows if one["code"])
    assert (job["status"], job["rows"], job["accepted"], job["rejected"]) == ("done", 5, 1, 4)
    assert (rows[0]["household_id"], rows[0]["citizen_id"]) == (home["household_id"], dead)
    request = await office.call("GET", f"/v1/change-requests/{rows[0]['request_id']}", "requests:read")
    assert (request["kind"], request["state"], request["entered_by"]) == ("death", "done", "ministry")
    assert (await office.call("GET", f"/v1/citizens/{dead}", "citizens:read"))["life"] == "deceased"
    again, rows = await sent(office, "deaths", f"{child['national_id']},{day}")  # the refused row, corrected
    assert (again["accepted"], told(rows)) == (1, [(2, "requested", None, None)])


async def test_a_row_is_asked_for_once_while_it_waits(office: Office) -> None:
    home, (head, _) = await office.household("spouse")
    day = business_day(office.runtime.clock.now())
    row = f"{head['national_id']},{day},abroad,2027-01,passports:2026/7"
    _, first = await sent(office, "travel", row, more=("effective_month", "reference"))
    _, again = await sent(office, "travel", row, more=("effective_month", "reference"))
    assert (first[0]["state"], again[0]["code"]) == ("requested", "change_request_open")
    request = await office.call("GET", f"/v1/change-requests/{first[0]['request_id']}", "requests:read")
    assert (request["kind"], request["state"], request["month"]) == ("exclusion", "waiting", "2027-01")
    change = request["change"]
    assert (change["ground"], change["programmes"]) == ("travel", ["bread", "goods"])
    assert change["citizen_ids"] == [home["members"][0]["citizen_id"]]
    references = [one["archive_reference"] for one in request["evidence"]]
    assert references[1] == "passports:2026/7"
    assert references[0].startswith("import:")
    assert references[0].endswith("/2")


async def test_births_marriages_income_and_takaful_become_requests_of_their_kinds(office: Office) -> None:
    home, (head, _) = await office.household("spouse", legal_basis="takaful")
    other, (_, bride) = await office.household("child")
    day = business_day(office.runtime.clock.now())
    child = national_id(990_777, "3200101")
    files = {
        "births": f"{head['national_id']},{child},ملاك بشاي",
        "marriages": f"{head['national_id']},{day},{bride['national_id']}",
        "income": f"{head['national_id']},{day},above_limit",
        "takaful": f"{head['national_id']},{day},karama",
    }
    found = {}
    for content, row in files.items():
        _, (one,) = await sent(office, content, row)
        assert one["state"] == "requested", one
        found[content] = await office.call("GET", f"/v1/change-requests/{one['request_id']}", "requests:read")
    assert {content: one["kind"] for content, one in found.items()} == {
        "births": "newborn", "marriages": "marriage", "income": "exclusion", "takaful": "inclusion",
    }  # fmt: skip
    assert found["births"]["change"]["person"]["national_id"][-4:] == child[-4:]  # masked
    assert found["marriages"]["change"]["citizen_id"] == other["members"][1]["citizen_id"]
    assert found["income"]["change"]["programmes"] == ["goods"]
    assert (found["takaful"]["change"]["programmes"], found["takaful"]["change"]["basis"]) == (["health"], "karama")
    assert {one["household_id"] for one in found.values()} == {home["household_id"]}


async def test_who_is_of_elsewhere_or_of_no_household_is_refused_by_name(office: Office) -> None:
    _, (far,) = await office.household(governorate="19")
    home, (_, gone) = await office.household("child")
    left = home["members"][1]["citizen_id"]
    await Counter(office).done("removal", home["household_id"], citizen_id=left, reason="abroad")
    day = business_day(office.runtime.clock.now())
    of_gone = f"{gone['national_id']},{day},above_limit"
    _, rows = await sent(office, "income", of_gone, f"{gone['national_id']},{day},rich")
    assert told(rows) == [
        (2, "rejected", "row", "belongs_to_no_household"),
        (3, "rejected", "income", "state_unknown"),
    ]
    elsewhere = f"{far['national_id']},{day},above_limit"
    _, rows = await sent(office, "income", elsewhere, of_gone, claims={"governorate": "03"})
    assert [one["code"] for one in rows] == ["not_registered", "not_registered"]


@pytest.mark.parametrize("content", [one for one in Content if one is not Content.CITIZENS])
async def test_the_columns_are_those_of_the_content(office: Office, content: Content) -> None:
    body = b"household_ref,role\r\n"
    declared = {"parts": 1, "sha256": hashlib.sha256(body).hexdigest(), "content": content.value}
    made = await office.call("POST", "/v1/import-declarations", WRITE, json=declared, expect=201)
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    path = f"/v1/imports/{made['id']}"
    await office.call("PUT", f"{path}/parts/1", WRITE, content=body, headers={"Content-Digest": digest})
    wrong = await office.call("POST", f"{path}/completion", WRITE, expect=422)
    assert (wrong["code"], wrong["expected"]) == ("wrong_header", list(COLUMNS[content].required))
    assert (content in STATES) == (COLUMNS[content].required[1] == "since")


async def test_a_file_needs_the_scope_of_its_content_and_is_seen_with_it_alone(office: Office) -> None:
    body = {"parts": 1, "sha256": "0" * 64, "content": "deaths"}
    refused = await office.call("POST", "/v1/import-declarations", "citizens:import", json=body, expect=403)
    assert (refused["code"], refused["needed"]) == ("insufficient_scope", [WRITE])
    made = await office.call("POST", "/v1/import-declarations", WRITE, json=body, expect=201)
    path = f"/v1/imports/{made['id']}"
    assert (await office.call("GET", path, "citizens:import", expect=404))["code"] == "import_not_found"
    body["content"] = "citizens"
    refused = await office.call("POST", "/v1/import-declarations", WRITE, json=body, expect=403)
    assert refused["needed"] == ["citizens:import"]
