"""Ration cards of households: entered, of one household at a time, found, told by their marks; former national ids."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.sealing import NATIONAL_ID
from chassis.ids import new_id

from ..conftest import national_id

if TYPE_CHECKING:
    from ..conftest import Office

READ, WRITE = "citizens:read", "citizens:write"


async def search(office: Office, claims: dict[str, Any] | None = None, **asked: Any) -> list[str]:
    found = await office.call("POST", "/v1/citizens/search", READ, json=asked, claims=claims or {})
    return [one["citizen_id"] for one in found["items"]]


async def test_a_household_has_a_ration_card_and_is_found_by_it(office: Office) -> None:
    made, _ = await office.household("child", ration_card="٢٠٠١٢٣٤٥٦٧٨٩", legal_basis="takaful")
    assert (made["ration_card_masked"], made["legal_basis"]) == ("********6789", "takaful")
    members = [one["citizen_id"] for one in made["members"]]
    assert await search(office, ration_card="200123456789") == members
    assert await search(office, {"governorate": "19"}, ration_card="200123456789") == []
    assert await search(office, ration_card="200123456788") == []
    (told,) = await office.events("HouseholdChanged", made["household_id"], 2)
    assert told["ration_card_mark"] == office.runtime.state.dependencies.ration_cards.mark("200123456789")
    assert told["legal_basis"] == "takaful"
    rows = await office.fetch(
        "SELECT h::text AS row FROM household h WHERE household_id = $1", UUID(made["household_id"])
    )
    (sent,) = await office.fetch(
        "SELECT count(*) AS n FROM outbox WHERE position('200123456789'::bytea IN payload) > 0"
    )
    assert "200123456789" not in rows[0]["row"]
    assert sent["n"] == 0


async def test_a_ration_card_is_of_one_household_while_it_is_valid(office: Office) -> None:
    await office.household(ration_card="300123456789")
    body = {"governorate": "03", "district": "03.02", "members": [office.person()], "ration_card": "300123456789"}
    refused = await office.call("POST", "/v1/households", WRITE, expect=409, json=body)
    assert refused["code"] == "ration_card_taken"
    first = [{**body, "ration_card": "300999999999", "members": [office.person()]} for _ in range(4)]
    headers = [office.issuer.headers("ministry", WRITE) for _ in first]
    replies = await asyncio.gather(
        *(office.client.post("/v1/households", json=one, headers=h) for one, h in zip(first, headers, strict=True))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_what_is_no_ration_card_is_refused_by_name(office: Office) -> None:
    for given in ("123", "0000000000", "2001-2345-6789", "2.00123E+11", "200123456789 (Ali)"):
        body = {"governorate": "03", "district": "03.02", "members": [office.person()], "ration_card": given}
        refused = await office.call("POST", "/v1/households", WRITE, expect=422, json=body)
        assert [(one["field"], one["code"]) for one in refused["rejections"]] == [
            ("ration_card", "ration_card_invalid")
        ]
        assert given not in str(refused)
        await office.call("POST", "/v1/citizens/search", READ, expect=422, json={"ration_card": given})
    body = {"governorate": "03", "district": "03.02", "members": [office.person()], "legal_basis": "takafull"}
    await office.call("POST", "/v1/households", WRITE, expect=422, json=body)


async def test_a_corrected_national_id_still_finds_its_bearer(office: Office) -> None:
    made, (head,) = await office.household()
    citizen, household = (UUID(made[name]) for name in ("household_id", "household_id"))
    citizen = UUID(made["members"][0]["citizen_id"])
    before, vault = national_id(990_001), office.runtime.state.dependencies.vault
    change = new_id()
    await office.runtime.pool.execute(
        "INSERT INTO register_change (change_id, kind, household_id, citizen_id, fact_on, decided_at, effective_month,"
        " decided_by) VALUES ($1, 'corrected', $2, $3, '2026-11-01', now(), '2026-12-01', 'person:x')",
        change, household, citizen,
    )  # fmt: skip
    await office.runtime.pool.execute(
        "INSERT INTO former_national_id (citizen_id, national_id_hash, national_id_sealed, change_id)"
        " VALUES ($1, $2, $3, $4)",
        citizen, vault.fingerprint(before, NATIONAL_ID), vault.seal(citizen, before.encode(), NATIONAL_ID), change,
    )  # fmt: skip
    assert await search(office, national_id=before) == [str(citizen)]
    assert await search(office, national_id=head["national_id"]) == [str(citizen)]
    # Civil status gives a number out once: whoever comes with one that was corrected is known by the one of now.
    body = {"governorate": "03", "district": "03.02", "address": "", "members": [office.person(national_id=before)]}
    refused = await office.call("POST", "/v1/households", "citizens:write", json=body, expect=409)
    assert refused["code"] == "already_registered"
    assert await search(office, national_id=before) == [str(citizen)]


async def test_from_citizen_to_household_to_card_and_back(office: Office) -> None:
    card, head, _ = await office.active("spouse")
    (citizen,) = await search(office, national_id=head["national_id"])
    household = (await office.call("GET", f"/v1/citizens/{citizen}", READ))["household_id"]
    for path in (f"/v1/citizens/{citizen}/cards", f"/v1/households/{household}/cards"):
        found = (await office.call("GET", path, "cards:read"))["items"]
        assert [(one["card_id"], one["citizen_id"], one["household_id"]) for one in found] == [
            (card, citizen, household)
        ]
        await office.call("GET", path, "cards:read", expect=404, claims={"governorate": "19"})
    one = await office.call("GET", f"/v1/cards/{card}", "cards:read")
    assert (one["citizen_id"], one["household_id"]) == (citizen, household)
    assert await office.call("GET", f"/v1/households/{household}/cards", "cards:read", claims={"governorate": "03"})
    spouse = (await office.call("GET", f"/v1/households/{household}", READ))["members"][1]["citizen_id"]
    assert (await office.call("GET", f"/v1/citizens/{spouse}/cards", "cards:read"))["items"] == []
