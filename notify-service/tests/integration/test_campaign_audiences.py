"""Whom a campaign means: by filter, by file, within the caller's governorate; and that this is what is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.ids import new_id
from chassis.testing import execute_as_owner

from ..campaigning import NOON, VALUES, Office
from .test_sending import set_clock

if TYPE_CHECKING:
    from ..conftest import Desk


@pytest.fixture
def office(desk: Desk) -> Office:
    set_clock(desk, NOON)
    return Office(desk)


async def test_recipients_come_by_file_and_each_row_is_answered(office: Office) -> None:
    desk = office.desk
    by_id, by_card, other = [await desk.know(f"+20101111111{n}", governorate="03") for n in range(3)]
    card = new_id()
    await desk.runtime.pool.execute(
        "INSERT INTO card_holder VALUES ($1, $2, $3)", card, by_card.citizen_id, by_card.household_id
    )
    campaign_id = await office.campaign(None)
    path = f"/v1/campaigns/{campaign_id}/recipients"
    csv = {"content-type": "text/csv"}
    body = f"citizen_id\n{by_id.citizen_id}\n{new_id()}\nx\n{by_id.citizen_id}\n"
    answer = await office.call("POST", path, content=body, headers=csv)
    assert [(item["row"], item["status"], item["code"]) for item in answer["items"]] == [
        (2, "taken", None),
        (3, "rejected", "recipient_unknown"),
        (4, "rejected", "recipient_invalid"),
        (5, "rejected", "recipient_twice"),
    ]
    lines = f'{{"card_id": "{card}"}}\n{{"card_id": "{new_id()}"}}\n'
    answer = await office.call("POST", path, content=lines, headers={"content-type": "application/x-ndjson"})
    assert (answer["taken"], answer["rejected"]) == (1, 1)
    assert (await office.start(campaign_id))["reached"] == 2
    assert (await office.call("POST", path, content=body, headers=csv, expect=409))["code"] == "campaign_state"
    await office.work()
    assert await office.citizens() == sorted([by_id.citizen_id, by_card.citizen_id])
    assert other.citizen_id not in await office.citizens()
    await office.send()
    await office.work()
    assert await desk.runtime.pool.fetchval("SELECT count(*) FROM campaign_recipient") == 0


async def test_files_are_for_campaigns_without_a_filter_and_must_be_files_of_recipients(office: Office) -> None:
    csv = {"content-type": "text/csv"}
    by_filter = await office.campaign()
    path = f"/v1/campaigns/{by_filter}/recipients"
    refused = await office.call("POST", path, content="citizen_id\n", headers=csv, expect=409)
    assert refused["code"] == "campaign_audience_by_filter"
    by_file = f"/v1/campaigns/{await office.campaign(None)}/recipients"
    refused = await office.call("POST", by_file, content="mobile\n1\n", headers=csv, expect=422)
    assert refused["code"] == "not_recipients"
    assert (await office.call("POST", by_file, content="x", headers={"content-type": "text/html"}, expect=415))["code"]


async def test_who_is_bound_to_a_governorate_addresses_nobody_elsewhere(office: Office) -> None:
    desk = office.desk
    own = await desk.know("+201011111111", governorate="03")
    other = await desk.know("+201022222222", governorate="19")
    text_id = await office.text()
    office.gov = {"governorate": "03"}
    given = {
        "name": "x", "text_id": text_id, "values": VALUES, "audience": {"governorates": ["19"]},
        "ends_at": (NOON + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    for audience in ({"governorates": ["03", "19"]}, {"districts": ["19.01"]}):
        refused = await office.call("POST", "/v1/campaigns", expect=403, json=given | {"audience": audience})
        assert refused["code"] == "outside_governorate_of_caller"
    made = await office.call("POST", "/v1/campaigns", expect=201, json=given | {"audience": {}})
    assert (await office.dry_run(made["campaign_id"]))["result"]["reached"] == 1
    by_file = await office.call("POST", "/v1/campaigns", expect=201, json=given | {"audience": None})
    body = f"citizen_id\n{own.citizen_id}\n{other.citizen_id}\n"
    path = f"/v1/campaigns/{by_file['campaign_id']}/recipients"
    answer = await office.call("POST", path, content=body, headers={"content-type": "text/csv"})
    assert [item["status"] for item in answer["items"]] == ["taken", "rejected"]
    office.gov = {"governorate": "19"}
    assert (await office.call("GET", f"/v1/campaigns/{made['campaign_id']}", expect=404))["code"] == "campaign_unknown"


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "governorate": st.sampled_from(["03", "19"]),
            "district": st.sampled_from([None, "03.01", "03.02"]),
            "language": st.sampled_from(["ar", "en"]),
            "card": st.booleans(),
            "members": st.integers(1, 4),
            "number": st.booleans(),
            "opted_out": st.booleans(),
            "dead": st.booleans(),
            "trial": st.booleans(),
        }
    ),
    max_size=12,
)
AUDIENCES = st.fixed_dictionaries(
    {},
    optional={
        "governorates": st.lists(st.sampled_from(["03", "19"]), max_size=2),
        "districts": st.lists(st.sampled_from(["03.01", "03.02"]), max_size=2),
        "language": st.sampled_from(["ar", "en"]),
        "card": st.booleans(),
        "members_from": st.integers(1, 4),
        "members_to": st.integers(1, 4),
    },
)


def meant(row: dict[str, Any], audience: dict[str, Any]) -> bool:
    """The filter, said in plain words."""
    district = row["district"]
    members = row["members"] if district else None
    return (
        (not audience.get("governorates") or row["governorate"] in audience["governorates"])
        and (not audience.get("districts") or district in audience["districts"])
        and ("language" not in audience or row["language"] == audience["language"])
        and ("card" not in audience or row["card"] == audience["card"])
        and ("members_from" not in audience or (members is not None and members >= audience["members_from"]))
        and ("members_to" not in audience or (members is not None and members <= audience["members_to"]))
    )


async def populate(desk: Desk, rows: Sequence[dict[str, Any]]) -> list[UUID]:
    """Citizens as drawn; their ids."""
    pool = desk.runtime.pool
    await execute_as_owner(
        desk.runtime.settings.database_url,
        "TRUNCATE contact, card_holder, household_place, trial_household, deceased, message, message_part,"
        " campaign_text, campaign, campaign_recipient, campaign_release, campaign_dry_run",
    )
    ids = []
    for row in rows:
        citizen, home = new_id(), new_id()
        ids.append(citizen)
        await pool.execute(
            "INSERT INTO contact (citizen_id, household_id, language, number_hash, sealed, changed_at, governorate,"
            " opted_out_at) VALUES ($1, $2, $3, $4, '', now(), $5, $6)",
            citizen, home, row["language"], b"x" if row["number"] else None, row["governorate"],
            NOON if row["opted_out"] else None,
        )  # fmt: skip
        if row["card"]:
            await pool.execute("INSERT INTO card_holder VALUES ($1, $2, $3)", new_id(), citizen, home)
        if row["district"]:
            await pool.execute(
                "INSERT INTO household_place VALUES ($1, 1, $2, $3)", home, row["district"], row["members"]
            )
        if row["dead"]:
            await pool.execute("INSERT INTO deceased VALUES ($1, now())", citizen)
        if row["trial"]:
            await pool.execute("INSERT INTO trial_household VALUES ($1)", home)
    return ids


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, audience=AUDIENCES)
async def test_the_filter_means_whom_its_words_mean_and_the_dry_run_counts_whom_it_queues(
    office: Office, rows: list[dict[str, Any]], audience: dict[str, Any]
) -> None:
    ids = await populate(office.desk, rows)
    inside = [(one, row) for one, row in zip(ids, rows, strict=True) if meant(row, audience)]
    wanted = [
        one for one, row in inside if row["number"] and not row["opted_out"] and not row["dead"] and not row["trial"]
    ]
    campaign_id = await office.campaign(audience)
    dry = await office.start(campaign_id)
    assert dry["reached"] == len(wanted)
    assert dry["dead"] == sum(row["dead"] for _, row in inside)
    assert dry["trial"] == sum(row["trial"] and not row["dead"] for _, row in inside)
    left_out = ("dead", "trial", "restricted", "opted_out", "without_number")
    assert dry["reached"] + sum(dry[name] for name in left_out) == len(inside)
    await office.work()
    assert await office.citizens() == sorted(wanted)
