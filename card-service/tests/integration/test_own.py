"""What citizens see and do about their own card: theirs, and nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.testing import check_pages

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

OWN = "self:card"


@pytest.fixture
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    """A service for each test: its sites are all there are."""
    async with open_office() as opened:
        yield opened


def as_citizen(citizen_id: str) -> dict[str, Any]:
    return {"subject": f"citizen:{citizen_id}", "claims": {"kind": "citizen", "governorate": None, "sid": "1"}}


async def own(office: Office, citizen_id: str, method: str, path: str, **options: Any) -> Any:
    return await office.call(method, f"/v1/self/{path}", OWN, **as_citizen(citizen_id), **options)


async def invited(office: Office) -> tuple[str, str]:
    """A citizen whose card waits with an appointment, and the card."""
    await office.site("The own card")
    made, _ = await office.household()
    week = (datetime.now(UTC) + timedelta(days=10)).date()
    assert (await office.planned(await office.phase(), week_start=week.isoformat()))["scheduled"] == 1
    citizen_id = made["members"][0]["citizen_id"]
    ((card_id,),) = await office.fetch("SELECT card_id FROM card WHERE citizen_id = $1::text::uuid", citizen_id)
    return citizen_id, str(card_id)


async def test_a_citizen_sees_the_own_card_and_chooses_another_hour(office: Office) -> None:
    citizen_id, card_id = await invited(office)
    card = await own(office, citizen_id, "GET", "card")
    assert card["card_id"] == card_id
    assert card["may_choose"]
    assert not card["may_report_lost"]
    assert card["appointment"]["site"]["site_id"] == card["site"]["site_id"]
    assert "*" in card["number_masked"]
    free = (await own(office, citizen_id, "GET", "card/free-hours?limit=500"))["items"]
    other = next(one for one in free if one["starts_at"] != card["appointment"]["starts_at"])
    body = {"site_id": other["site_id"], "starts_at": other["starts_at"]}
    changed = await own(office, citizen_id, "PUT", "card/appointment", json=body)
    assert changed["starts_at"] == other["starts_at"]
    after = await own(office, citizen_id, "GET", "card")
    assert after["appointment"]["starts_at"] == other["starts_at"]
    assert after["changes_left"] == card["changes_left"] - 1
    ((by,),) = await office.fetch("SELECT changed_by FROM appointment_change WHERE card_id = $1::text::uuid", card_id)
    assert by == f"citizen:{citizen_id}"
    headers = office.issuer.headers(f"citizen:{citizen_id}", OWN, kind="citizen", governorate=None, sid="1")
    await check_pages(office.client, headers, "/v1/self/card/free-hours")


async def test_a_citizen_stops_the_own_card_once(office: Office) -> None:
    card_id = (await office.active())[0]
    ((citizen_id,),) = await office.fetch("SELECT citizen_id FROM card WHERE card_id = $1::text::uuid", card_id)
    assert (await own(office, str(citizen_id), "GET", "card"))["may_report_lost"]
    stopped = await own(office, str(citizen_id), "POST", "card/loss")
    assert stopped["state"] == "blocked"
    assert (await own(office, str(citizen_id), "GET", "card"))["block_reason"] == "lost"
    refused = await own(office, str(citizen_id), "POST", "card/loss", expect=409)
    assert refused["code"] == "card_state_conflict"
    ((who, known, how),) = await office.fetch(
        "SELECT reported_by, identified_by, channel FROM loss_report WHERE card_id = $1::text::uuid", card_id
    )
    assert (who, known, how) == (f"citizen:{citizen_id}", "registered_mobile", "page")


async def test_nothing_is_shown_of_anybody_else(office: Office) -> None:
    made, _ = await office.household("spouse")
    citizen_id, spouse = (member["citizen_id"] for member in made["members"])
    stranger = "01935f2e-7c1a-7b3e-9f10-2b6c5d4e3f21"
    for path in ("card", "card/free-hours", "household"):
        await own(office, stranger, "GET", path, expect=404)
    await own(office, stranger, "POST", "card/loss", expect=404)
    await office.call("GET", "/v1/self/card", OWN, expect=403)  # a system is no citizen
    household = await own(office, citizen_id, "GET", "household")
    assert [one["you"] for one in household["members"]] == [True, False]
    await own(office, spouse, "GET", "card", expect=404)
    assert (await own(office, spouse, "GET", "household"))["household_id"] == household["household_id"]


async def test_everybody_sees_where_cards_are_collected(office: Office) -> None:
    made = await office.site("Seen by all", governorate="19")
    found = (await office.client.get("/v1/public/pickup-sites?governorate=19")).json()["items"]
    assert [one["site_id"] for one in found] == [made["site_id"]]
    assert "hourly_capacity" not in found[0]
    assert found[0]["hours"]
