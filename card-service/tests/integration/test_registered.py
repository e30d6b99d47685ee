"""The register as a list: on random data every filter and order shows what it must, and a file shows the same."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import openpyxl
import pytest

from card_service.cards.numbers import masked
from card_service.exports.columns import HEADS

from ..registers import READ, asked_at_random, fill, fits, in_order, known

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

SORTS = ("registered", "-registered", "members", "-members", "district", "-district")
LIST = "/v1/registered-households"
EXPORTS = "/v1/register-exports"


@pytest.fixture(scope="module")
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    """A service with a register of its own."""
    async with open_office() as opened:
        await fill(opened, 60, seed=7)
        yield opened


async def walked(office: Office, asked: dict[str, str], sort: str, limit: int, **claims: Any) -> list[dict[str, Any]]:
    """A list, page by page."""
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        query = urlencode({**asked, "sort": sort, "limit": limit, "after": after})
        page = await office.call("GET", f"{LIST}?{query}", READ, claims=claims)
        found += page["items"]
        after = page["next"]
    return found


async def exported(office: Office, asked: dict[str, Any], **given: Any) -> tuple[dict[str, Any], bytes]:
    """A file of a list, fetched when it is ready."""
    claims = given.pop("claims", {})
    body = {"asked": asked, "format": "csv", "purpose": "مراجعة السجل"} | given
    made = await office.call("POST", EXPORTS, READ, json=body, claims=claims)
    one = await office.finished(f"{EXPORTS}/{made['export_id']}", READ)
    assert one["status"] == "done"
    return one, await fetched(office, one, **claims)


async def fetched(office: Office, one: dict[str, Any], **claims: Any) -> bytes:
    """A file, all its parts."""
    whole = b""
    for number in range(1, one["parts"] + 1):
        path = f"{EXPORTS}/{one['export_id']}/parts/{number}"
        reply = await office.client.get(path, headers=office.issuer.headers("ministry", READ, **claims))
        assert reply.status_code == 200, reply.text
        whole += reply.content
    assert len(whole) == one["size"]
    return whole


def lines(whole: bytes) -> list[list[str]]:
    """The rows of a CSV file."""
    assert whole.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline="")))


async def test_lists_counts_and_files_are_what_the_filter_says(office: Office) -> None:
    """Eighty lists of random conditions and orders, held against the same worked out in Python; files of some."""
    chance, everything = random.Random(11), await known(office)
    sites = [str(row["site_id"]) for row in await office.fetch("SELECT site_id FROM pickup_site")]
    sizes = []
    for turn in range(80):
        asked, sort = asked_at_random(chance, sites), chance.choice(SORTS)
        fitting = [one for one in everything if fits(one, asked)]
        wanted = in_order(fitting, sort)
        found = await walked(office, asked, sort, chance.choice([1, 7, 50]))
        assert [one["household_id"] for one in found] == wanted, (asked, sort)
        counted = await office.call("GET", f"{LIST}/count?{urlencode(asked)}", READ)
        assert counted == {"count": len(wanted)}
        states = {one.household_id: (one.card_state, one.site_id) for one in fitting}
        assert {one["household_id"]: (one["card_state"], one["site_id"]) for one in found} == states
        sizes.append(len(wanted))
        if turn % 16 == 0:
            one, whole = await exported(office, typed(asked), sort=sort)
            assert (one["rows"], one["done"], one["noted"]) == (len(wanted),) * 3
            assert [row[0] for row in lines(whole)[1:]] == wanted
    assert len(set(sizes)) > 10, "the conditions must narrow in many ways"


def typed(asked: dict[str, str]) -> dict[str, Any]:
    """Conditions as a body has them."""
    return {name: int(value) if name.startswith("size") else value for name, value in asked.items()}


async def test_a_file_of_chosen_households_has_these_and_no_other(office: Office) -> None:
    page = await walked(office, {"status": "active"}, "-members", 50)
    chosen = [one["household_id"] for one in page[3:20:4]]
    await office.household(governorate="03", district="03.02")  # came meanwhile
    one, whole = await exported(office, {"household_ids": chosen, "status": "active"}, sort="-members")
    assert (one["rows"], [row[0] for row in lines(whole)[1:]]) == (len(chosen), chosen)
    _, elsewhere = await exported(office, {"household_ids": chosen}, claims={"governorate": "19"})
    assert {row[1] for row in lines(elsewhere)[1:]} <= {"19"}
    for wrong in ([], [chosen[0]] * 201, ["x"]):
        body = {"asked": {"household_ids": wrong}, "format": "csv", "purpose": "اختبار"}
        await office.call("POST", EXPORTS, READ, json=body, expect=422)


async def test_nobody_lists_or_exports_beyond_the_own_area(office: Office) -> None:
    everything = await known(office)
    for claims, own in (({"governorate": "19"}, "19"), ({"governorate": "19.07"}, "19.07")):
        mine = {one.household_id for one in everything if own in (one.governorate, one.district)}
        assert {one["household_id"] for one in await walked(office, {}, "members", 50, **claims)} == mine
        assert (await office.call("GET", f"{LIST}/count", READ, claims=claims))["count"] == len(mine)
        _, whole = await exported(office, {}, claims=claims)
        assert {row[0] for row in lines(whole)[1:]} == mine


async def test_a_cursor_belongs_to_its_order(office: Office) -> None:
    page = await office.call("GET", f"{LIST}?sort=district&limit=1", READ)
    refused = await office.call("GET", f"{LIST}?sort=members&after={page['next']}", READ, expect=422)
    assert refused["code"] == "cursor_of_another_order"
    for wrong in ("7", "AAAA", "%2B", "sort=name", "size_from=x", "card_state=gone", "registered_from=soon"):
        asked = wrong if "=" in wrong else f"after={wrong}"
        await office.call("GET", f"{LIST}?{asked}", READ, expect=422)


async def test_numbers_are_texts_and_nothing_is_a_formula(office: Office) -> None:
    """A workbook read by another library: all digits are there, and no cell is anything but a text."""
    head = office.person("head")
    made, _ = await office.household(members=[head], governorate="03", district="03.02", address="+SUM(A1:A9)")
    for address in ("-2+3", "@now", "\tx", "\rx", "=1"):
        await office.household(governorate="03", district="03.02", address=address)
    (card,) = await office.fetch("SELECT card_id, citizen_id FROM card WHERE state = 'active' LIMIT 1")
    _, csv_file = await exported(office, {})
    one, whole = await exported(office, {}, format="xlsx", language="en")
    sheet = openpyxl.load_workbook(io.BytesIO(whole)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(english for _, english in HEADS)
    assert len(rows) - 1 == one["rows"] == len(lines(csv_file)) - 1
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    kept = {row[0]: row for row in rows[1:]}
    told = kept[made["household_id"]]
    assert (told[7], told[8], told[9]) == (head["full_name"], head["national_id"], head["mobile"])
    assert told[3] == "'+SUM(A1:A9)"
    assert len(told[8]) == 14
    assert told[9].startswith("01")
    assert not [cell for row in [*rows, *lines(csv_file)] for cell in row if cell and cell[0] in "=+-@\t\r"]
    listed = await walked(office, {"card_state": "active"}, "members", 50)
    number = {one["card_id"]: one["card_number_masked"] for one in listed}[str(card["card_id"])]
    assert number == masked(number)
    assert number in {row[10] for row in rows[1:]}


async def test_whoever_is_in_a_file_is_recorded_before_it_is_fetched(office: Office) -> None:
    one, whole = await exported(office, {"governorate": "03"}, purpose="حملة توعية")
    rows = await office.fetch(
        "SELECT household_id, citizen_id, purpose, operation, classes FROM record WHERE request_id = $1::text::uuid"
        " AND action = 'read'",
        one["export_id"],
    )
    assert sorted(str(row["household_id"]) for row in rows) == sorted(row[0] for row in lines(whole)[1:])
    assert {(row["purpose"], row["operation"]) for row in rows} == {("حملة توعية", "POST /v1/register-exports")}
    heads = {row["citizen_id"] for row in await office.fetch("SELECT citizen_id FROM citizen WHERE role = 'head'")}
    assert {row["citizen_id"] for row in rows if row["citizen_id"]} <= heads
    assert await office.fetch("SELECT FROM register_export_shown") == []
    for table in ("register_export_part", "register_export_shown"):
        assert not [row for row in await office.fetch(f"SELECT * FROM {table}") if b"household" in row["sealed"]]


async def test_a_file_is_its_owners_and_lasts_a_day(office: Office) -> None:
    one, _ = await exported(office, {"governorate": "19"})
    path = f"{EXPORTS}/{one['export_id']}"
    for asked in (path, f"{path}/parts/1"):
        refused = await office.call("GET", asked, READ, subject="another", expect=404)
        assert refused["code"] == "export_not_found"
        await office.call("GET", asked, READ, claims={"governorate": "03"}, expect=404)
    assert (await office.call("GET", EXPORTS, READ, subject="another"))["items"] == []
    assert (await office.call("GET", f"{path}/parts/99", READ, expect=404))["code"] == "export_part_not_found"
    own = (await office.call("GET", EXPORTS, READ))["items"]
    assert own[0]["export_id"] == one["export_id"]
    await office.runtime.pool.execute(
        "UPDATE register_export SET finished_at = finished_at - interval '24 hours' WHERE export_id = $1::text::uuid",
        one["export_id"],
    )
    await office.call("GET", path, READ, expect=404)
    await office.call("GET", f"{path}/parts/1", READ, expect=404)


async def test_of_whom_processing_is_restricted_nothing_is_shown(office: Office) -> None:
    made, (head,) = await office.household(governorate="19", district="19.01")
    citizen = made["members"][0]["citizen_id"]
    await office.runtime.pool.execute(
        "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on)"
        " VALUES (gen_random_uuid(), $1::text::uuid, 'objection', '2026-01-01')",
        citizen,
    )
    found = {one["household_id"]: one for one in await walked(office, {}, "registered", 50)}
    shown = found[made["household_id"]]
    assert (shown["restricted"], shown["citizen_id"], shown["full_name"], shown["card_id"]) == (True, None, None, None)
    _, whole = await exported(office, {"governorate": "19"})
    assert head["national_id"] not in whole.decode()
    assert head["full_name"] not in next(row for row in lines(whole) if row[0] == made["household_id"])
