"""Names at rest, and searches by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chassis.testing import eventually, execute_as_owner

if TYPE_CHECKING:
    from ..conftest import Office

READ = "citizens:read"


async def _settled(office: Office) -> None:
    """Wait until nobody's name waits any more."""

    async def none_waits() -> bool:
        ((waiting,),) = await office.fetch("SELECT count(*) FROM name_pending")
        return not waiting

    await eventually(none_waits, seconds=30, every=0.05)


async def _found(office: Office, name: str, **given: Any) -> list[str]:
    claims = given.pop("claims", {"governorate": "03"})
    body = {"name": name, **given}
    page = await office.call("POST", "/v1/citizens/search", READ, json=body, claims=claims)
    return [item["full_name"] for item in page["items"]]


async def _head(office: Office, full_name: str, **changed: Any) -> dict[str, Any]:
    made, _ = await office.household(members=[office.person("head", full_name=full_name)], **changed)
    return made


@pytest.mark.parametrize(
    "typed", ["عبدالرحمن فؤاد الليثى", "الليثي عبد الرَّحمٰن", "ﻓﺆاد عبد ال رحمن", "فواد", "\u202eعبد الرحمن فواد\u202c"]
)
async def test_a_name_is_found_whichever_way_it_is_typed(office: Office, typed: str) -> None:
    await _head(office, "عبد الرحمن فؤاد الليثي")
    await _settled(office)
    found = await _found(office, typed)
    assert set(found) == {"عبد الرحمن فؤاد الليثي"}


async def test_no_name_stands_in_clear(office: Office) -> None:
    made = await _head(office, "زينهم قلادة")
    citizen = made["members"][0]["citizen_id"]
    await _settled(office)
    ((clear, kept),) = await office.fetch(
        "SELECT full_name, full_name_sealed FROM citizen WHERE citizen_id = $1::text::uuid", citizen
    )
    assert clear == "…"
    assert "زينهم".encode() not in kept
    tables = await office.fetch(
        "SELECT string_agg(t::text, ' ') AS rows FROM name_token t WHERE citizen_id = $1::text::uuid", citizen
    )
    assert "زينهم" not in tables[0]["rows"]
    assert await _found(office, "زينهم") == ["زينهم قلادة"]


async def test_what_an_older_version_writes_is_sealed_and_found(office: Office) -> None:
    made = await _head(office, "شنودة بسطاوي")
    citizen = made["members"][0]["citizen_id"]
    await _settled(office)
    await office.fetch(
        "UPDATE citizen SET full_name = 'أرميا بسطاوي' WHERE citizen_id = $1::text::uuid RETURNING 1", citizen
    )
    read = await office.call("GET", f"/v1/citizens/{citizen}", READ)
    assert read["full_name"] == "أرميا بسطاوي"
    await _settled(office)
    ((clear,),) = await office.fetch("SELECT full_name FROM citizen WHERE citizen_id = $1::text::uuid", citizen)
    assert clear == "…"
    assert await _found(office, "ارميا بسطاوى") == ["أرميا بسطاوي"]
    assert await _found(office, "شنودة") == []


async def test_a_name_is_found_in_the_callers_governorate_only_and_moves_with_the_household(office: Office) -> None:
    made = await _head(office, "سمعان غطاس")
    await _settled(office)
    ismailia = {"governorate": "19"}
    assert await _found(office, "سمعان", claims=ismailia) == []
    assert await _found(office, "سمعان", claims=ismailia, governorate="03") == []
    assert await _found(office, "سمعان", claims={"governorate": "*"}, governorate="03") == ["سمعان غطاس"]
    assert await _found(office, "سمعان", claims={"governorate": "03.other"}) == []
    before = await office.fetch("SELECT token FROM name_token")
    await office.fetch(
        "UPDATE household SET governorate = '19' WHERE household_id = $1::text::uuid RETURNING 1", made["household_id"]
    )
    await _settled(office)
    assert await _found(office, "سمعان") == []
    assert await _found(office, "سمعان", claims=ismailia) == ["سمعان غطاس"]
    after = await office.fetch("SELECT token FROM name_token")
    assert {row["token"] for row in after} - {row["token"] for row in before}


async def test_the_date_of_birth_narrows(office: Office) -> None:
    made = await _head(office, "مينا عبد الشهيد")
    born = made["members"][0]["birth_date"]
    await _settled(office)
    assert await _found(office, "مينا", birth_date=born) == ["مينا عبد الشهيد"]
    assert await _found(office, "مينا", birth_year=int(born[:4])) == ["مينا عبد الشهيد"]
    assert await _found(office, "مينا", birth_year=1950) == []


async def test_namesakes_come_page_by_page(office: Office) -> None:
    for _ in range(5):
        await _head(office, "بطرس غالب")
    await _settled(office)
    seen: list[str] = []
    after: dict[str, Any] = {}
    while True:
        body = {"name": "بطرس", "limit": 2, **after}
        page = await office.call("POST", "/v1/citizens/search", READ, json=body, claims={"governorate": "03"})
        seen += [item["citizen_id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen)


async def test_too_common_a_name_is_refused_with_what_to_add(office: Office) -> None:
    await _head(office, "حنين رزق الله")
    await _settled(office)
    token = office.runtime.state.dependencies.name_keys.token("03", "word حنين")
    await office.fetch(
        "INSERT INTO name_token (token, citizen_id, mask)"
        " SELECT $1, gen_random_uuid(), -1 FROM generate_series(1, 4999) RETURNING 1",
        token,
    )
    body = {"name": "حنين"}
    claims = {"governorate": "03"}
    refused = await office.call("POST", "/v1/citizens/search", READ, json=body, claims=claims, expect=422)
    assert refused["code"] == "search_too_wide"
    assert {"another_name", "birth_date", "national_id"} <= set(refused["add"])
    assert refused["detail_ar"]
    assert await _found(office, "حنين رزق الله") == ["حنين رزق الله"]  # the rarest word counts


@pytest.mark.parametrize(
    ("body", "claims", "code"),
    [
        ({"name": "محمد"}, {"governorate": "*"}, "governorate_missing"),
        ({"name": "بن"}, {"governorate": "03"}, "search_invalid"),
        ({"name": "…"}, {"governorate": "03"}, "search_invalid"),
        ({"card_number": "1234"}, {}, "search_invalid"),
        ({}, {}, "invalid_request"),
        ({"name": "محمد", "mobile": "01000000000"}, {}, "invalid_request"),
        ({"mobile": "01000000000", "birth_year": 1990}, {}, "invalid_request"),
        ({"name": "محمد", "birth_year": 19.0}, {}, "invalid_request"),
    ],
    ids=["nation", "connector", "dots", "card", "nothing", "two", "narrowed", "number"],
)
async def test_searches_that_are_refused(
    office: Office, body: dict[str, Any], claims: dict[str, str], code: str
) -> None:
    refused = await office.call("POST", "/v1/citizens/search", READ, json=body, claims=claims, expect=422)
    assert refused["code"] == code


async def test_each_search_by_name_is_recorded_also_one_that_finds_nobody(office: Office) -> None:
    headers = office.issuer.headers("curious", READ, governorate="03")
    reply = await office.client.post("/v1/citizens/search", json={"name": "نبوخذنصر"}, headers=headers)
    assert reply.json() == {"items": [], "next": None}
    rows = await office.fetch("SELECT operation, purpose, outcome FROM record WHERE who = 'curious'")
    assert [tuple(row) for row in rows] == [("POST /v1/citizens/search", "search", "nothing_found")]


async def test_names_that_stood_in_clear_before_are_sealed(office: Office) -> None:
    """As a migration leaves them: everybody waits."""
    made = await _head(office, "بولا حكيم")
    await _settled(office)
    url = office.settings.database_url
    await execute_as_owner(
        url,
        "UPDATE citizen SET full_name = 'بولا حكيم', full_name_sealed = NULL",
    )
    await _settled(office)
    ((clear,),) = await office.fetch("SELECT count(*) FROM citizen WHERE full_name <> '…' OR full_name_sealed IS NULL")
    assert clear == 0
    assert (await office.call("GET", f"/v1/citizens/{made['members'][0]['citizen_id']}", READ))[
        "full_name"
    ] == "بولا حكيم"
