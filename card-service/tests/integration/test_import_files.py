"""Files in parts, what became of their rows, and rows sent again."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from card_service.registry.import_expiry import expire
from card_service.registry.intake import HEADER
from chassis.testing import connected_as_owner

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

IMPORT = "citizens:import"
DECLARE = "/v1/import-declarations"


def digest(body: bytes) -> dict[str, str]:
    return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"}


def file_of(*rows: str) -> bytes:
    return "\r\n".join([",".join(HEADER), *rows, ""]).encode()


async def declared(office: Office, body: bytes, parts: int, **more: Any) -> str:
    given = {"parts": parts, "sha256": hashlib.sha256(body).hexdigest()} | more
    made = await office.call("POST", DECLARE, IMPORT, json=given, expect=201)
    assert (made["status"], made["parts"], made["received"]) == ("receiving", parts, [])
    return str(made["id"])


async def send(office: Office, import_id: str, number: int, part: bytes, expect: int = 200, **headers: str) -> Any:
    path = f"/v1/imports/{import_id}/parts/{number}"
    return await office.call("PUT", path, IMPORT, content=part, headers=digest(part) | headers, expect=expect)


async def completed(office: Office, import_id: str) -> dict[str, Any]:
    await office.call("POST", f"/v1/imports/{import_id}/completion", IMPORT, expect=200)
    return await office.finished(f"/v1/imports/{import_id}", IMPORT)


async def rows_of(office: Office, import_id: str, query: str = "") -> list[dict[str, Any]]:
    found = await office.call("GET", f"/v1/imports/{import_id}/rows?limit=1000{query}", IMPORT)
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_a_file_in_parts_is_one_file_wherever_it_is_cut(open_office: OpenOffice) -> None:
    async with open_office(card_import_chunk_rows=10) as office:
        rows = [office.row(f"H{n // 4}", "head" if n % 4 == 0 else "child") for n in range(60)]
        rows[6] = office.row("H1", "child", mobile="12")
        body = file_of(*rows)
        cuts = [0, 7, 1000, 1001, 3333, len(body)]
        parts = [body[start:end] for start, end in pairwise(cuts)]
        import_id = await declared(office, body, len(parts))
        for number in (3, 1, 5, 2):
            await send(office, import_id, number, parts[number - 1])
        assert (await office.call("GET", f"/v1/imports/{import_id}", IMPORT))["received"] == [1, 2, 3, 5]
        path = f"/v1/imports/{import_id}/completion"
        early = await office.call("POST", path, IMPORT, expect=409)
        assert (early["code"], early["missing"]) == ("import_incomplete", [4])
        await send(office, import_id, 4, parts[3])
        job = await completed(office, import_id)
        assert (job["status"], job["rows"], job["accepted"], job["rejected"], job["households"]) == (
            "done", 60, 59, 1, 15,
        )  # fmt: skip
        assert await office.fetch("SELECT FROM import_part WHERE import_id = $1", import_id) == []
        assert (await office.call("POST", path, IMPORT, expect=200))["status"] == "done"


async def test_parts_are_what_they_are_said_to_be(office: Office) -> None:
    body = file_of(office.row("A"))
    import_id = await declared(office, body, 2)
    first, second = body[:50], body[50:]
    assert (await send(office, import_id, 1, first))["bytes"] == 50
    assert (await send(office, import_id, 1, first))["sha256"] == hashlib.sha256(first).hexdigest()
    assert (await send(office, import_id, 1, second, 409))["code"] == "part_differs"
    assert (await send(office, import_id, 3, second, 422))["code"] == "part_unknown"
    wrong = digest(first)["Content-Digest"]
    assert (await send(office, import_id, 2, second, 422, **{"Content-Digest": wrong}))["code"] == "digest_differs"
    bare = {"Content-Digest": "md5=:xx:"}
    assert (await send(office, import_id, 2, second, 422, **bare))["code"] == "digest_missing"
    await send(office, import_id, 2, second)
    assert (await completed(office, import_id))["accepted"] == 1
    kept = await office.fetch("SELECT sealed FROM import_result WHERE import_id = $1", import_id)
    assert b"29001" not in b"".join(bytes(one["sealed"]) for one in kept)
    other = await declared(office, b"another file", 1)
    await send(office, other, 1, body)
    path = f"/v1/imports/{other}/completion"
    assert (await office.call("POST", path, IMPORT, expect=422))["code"] == "digest_differs"
    no_file = await declared(office, b"PK\x03\x04", 1)
    await send(office, no_file, 1, b"PK\x03\x04")
    refused = await office.call("POST", f"/v1/imports/{no_file}/completion", IMPORT, expect=422)
    assert (refused["code"], refused["found"]) == ("not_csv", "excel_workbook")


async def test_nobody_else_adds_to_a_file(office: Office) -> None:
    body = file_of(office.row("A"))
    import_id = await declared(office, body, 1)
    headers: dict[str, Any] = {"content": body, "headers": digest(body), "subject": "other", "expect": 404}
    await office.call("PUT", f"/v1/imports/{import_id}/parts/1", IMPORT, **headers)
    await office.call("POST", f"/v1/imports/{import_id}/completion", IMPORT, subject="other", expect=404)
    stolen = {"parts": 1, "sha256": "0" * 64, "corrects": import_id}
    await office.call("POST", DECLARE, IMPORT, json=stolen, subject="other", expect=404)


async def test_ids_and_references_come_back_row_by_row(office: Office) -> None:
    rows = [office.row("=A1"), office.row("=A1", "child", mobile="12"), office.row("B"), office.row("B", "spouse")]
    job, _ = await office.imported(*rows)
    listed = await rows_of(office, job["id"])
    assert [(one["row"], one["household_ref"], one["state"], one["code"]) for one in listed] == [
        (2, "=A1", "registered", None),
        (3, "=A1", "rejected", "mobile_invalid"),
        (4, "B", "registered", None),
        (5, "B", "registered", None),
    ]
    assert listed[1]["reason_ar"]
    home = await office.call("GET", f"/v1/households/{listed[2]['household_id']}", "citizens:read")
    assert [one["citizen_id"] for one in home["members"]] == [listed[2]["citizen_id"], listed[3]["citizen_id"]]
    assert [one["row"] for one in await rows_of(office, job["id"], "&state=rejected")] == [3]
    path = f"/v1/imports/{job['id']}/result"
    headers = office.issuer.headers("ministry", IMPORT)
    reply = await office.client.get(path, headers=headers)
    told = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert [(one["row"], one["citizen_id"]) for one in told] == [
        (str(one["row"]), one["citizen_id"] or "") for one in listed
    ]
    assert told[0]["household_ref"] == "'=A1"
    reply = await office.client.get(path, headers=headers | {"Accept": "application/x-ndjson"})
    later = [json.loads(line) for line in reply.content.splitlines()]  # likely duplicates are found meanwhile
    assert [one | {"duplicates": []} for one in later] == [one | {"duplicates": []} for one in listed]
    assert "link" not in reply.headers
    rest = await office.client.get(f"{path}?from_row=5", headers=headers | {"Accept": "application/x-ndjson"})
    assert [json.loads(line)["row"] for line in rest.content.splitlines()] == [5]


async def test_a_corrected_file_joins_the_same_households(office: Office) -> None:
    head, child, other = office.row("A"), office.row("A", "child"), office.row("B")
    job, _ = await office.imported(head, child.replace(",03,", ",99,"), other)
    assert (job["accepted"], job["rejected"]) == (2, 1)
    first = await rows_of(office, job["id"])
    again, rejected = await office.imported(head, child, other)
    assert rejected == {2: "already_registered", 4: "already_registered"}
    assert (again["accepted"], again["households"]) == (1, 0)
    joined = (await rows_of(office, again["id"], "&state=joined"))[0]
    assert joined["household_id"] == first[0]["household_id"]
    (told,) = (await office.events("HouseholdChanged", joined["household_id"], 2))[-1:]
    assert [size["goods"] for size in told["sizes"]] == [2]  # as if it had come with the file before
    # Only the broken rows, by the reference alone: the same address says that it is the same household.
    alone = await office.imported(office.row("A", "spouse"))
    assert (alone[0]["accepted"], alone[1]) == (1, {})
    home = await office.call("GET", f"/v1/households/{joined['household_id']}", "citizens:read")
    assert sorted(one["role"] for one in home["members"]) == ["child", "head", "spouse"]


async def test_a_reference_used_anew_is_another_household(office: Office) -> None:
    job, _ = await office.imported(office.row("1"), office.row("1", "child"))
    (mine, *_) = await rows_of(office, job["id"])
    other, rejected = await office.imported(office.row("1"), office.row("1", "child"))
    assert (other["households"], rejected) == (1, {})
    assert (await rows_of(office, other["id"]))[0]["household_id"] != mine["household_id"]
    elsewhere = office.row("1", "child", address="شارع آخر")
    assert (await office.imported(elsewhere))[1] == {2: "head_missing"}
    body = file_of(elsewhere, office.row("1"))
    import_id = await declared(office, body, 1, corrects=job["id"])
    await send(office, import_id, 1, body)
    done = await completed(office, import_id)
    assert (done["accepted"], done["rejected"]) == (1, 1)
    joined, refused = await rows_of(office, import_id)
    assert (joined["state"], joined["household_id"]) == ("joined", mine["household_id"])
    assert refused["code"] == "household_has_head"


async def test_the_references_of_others_are_theirs(office: Office) -> None:
    job, _ = await office.imported(office.row("A"))
    stranger = await office.upload(office.row("A", "child"), subject="another ministry")
    path = f"/v1/imports/{stranger['id']}"
    await office.finished(path, IMPORT)
    assert [one["code"] for one in await rows_of(office, stranger["id"])] == ["head_missing"]
    assert (await rows_of(office, job["id"]))[0]["state"] == "registered"


async def test_somebody_twice_in_a_corrected_file_joins_once(office: Office) -> None:
    await office.imported(office.row("A"), office.row("B"))
    child = office.row("A", "child")
    twice = [child, child.replace("A,child", "B,child"), office.row("C"), child.replace("A,child", "C,child")]
    job, rejected = await office.imported(*twice)
    assert (job["accepted"], len(rejected)) == (2, 2)
    assert set(rejected.values()) == {"duplicate_in_file"}


async def test_ndjson_holds_the_same_rows(office: Office) -> None:
    rows = [dict(zip(HEADER, office.row("A", role).split(","), strict=True)) for role in ("head", "child")]
    rows.append({**rows[1], "national_id": 2.90101e13})  # type: ignore[dict-item]  # what must be refused
    content = "\n".join(map(json.dumps, rows))
    headers = {"Content-Type": "application/x-ndjson"}
    accepted = await office.call("POST", "/v1/imports", IMPORT, content=content, headers=headers)
    job = await office.finished(f"/v1/imports/{accepted['id']}", IMPORT)
    assert (job["accepted"], job["rejected"]) == (2, 1)
    assert [one["code"] for one in await rows_of(office, accepted["id"])] == [None, None, "value_not_text"]


async def test_whoever_is_imported_is_found_by_name_at_once(office: Office) -> None:
    waited = "SELECT last_value FROM pg_sequences WHERE sequencename = 'name_pending_id_seq'"
    async with connected_as_owner(office.settings.database_url) as owner:
        before = await owner.fetchval(waited)
        job, _ = await office.imported(office.row("N1", full_name="بشاي خرستو"), office.row("N1", "child"))
        assert job["accepted"] == 2
        found = await office.call(
            "POST", "/v1/citizens/search", "citizens:read", json={"name": "خرستو بشاى"}, claims={"governorate": "03"}
        )
        assert [one["full_name"] for one in found["items"]] == ["بشاي خرستو"]
        late = file_of(office.row("N1", "child", full_name="تواضروس خرستو"))
        import_id = await declared(office, late, 1)
        await send(office, import_id, 1, late)
        await completed(office, import_id)
        found = await office.call(
            "POST", "/v1/citizens/search", "citizens:read", json={"name": "خرستو"}, claims={"governorate": "03"}
        )
        assert len(found["items"]) == 2
        assert await owner.fetchval(waited) == before


async def test_an_upload_that_nobody_completes_is_given_up(office: Office) -> None:
    body = file_of(office.row("EX"))
    old, young = await declared(office, body, 2), await declared(office, body, 2)
    await send(office, old, 1, body[:20])
    await send(office, young, 1, body[:20])
    await office.fetch(
        "UPDATE import_job SET created_at = created_at - interval '8 days' WHERE import_id = $1 RETURNING 1", old
    )
    await expire(office.runtime)
    states = [(await office.call("GET", f"/v1/imports/{one}", IMPORT)) for one in (old, young)]
    assert [(one["status"], one["received"]) for one in states] == [("failed", []), ("receiving", [1])]
    assert (await send(office, old, 2, body[20:], expect=409))["code"] == "import_closed"
    await send(office, young, 2, body[20:])
    assert (await completed(office, young))["status"] == "done"
    await expire(office.runtime)
    assert (await office.call("GET", f"/v1/imports/{young}", IMPORT))["status"] == "done"


async def test_a_file_may_name_ration_cards_and_legal_bases(office: Office) -> None:
    header = ",".join([*HEADER, "ration_card", "legal_basis"])
    taken, _ = await office.household(ration_card="7001234567")
    rows = [
        f"{office.row('K1')},٧٠٠٩٨٧٦٥٤٣,takaful",
        f"{office.row('K1', 'spouse')},,",
        f"{office.row('K1', 'child')},7009876543,karama",
        f"{office.row('K2')},7001234567,",
        f"{office.row('K3')},7009876543,",
        f"{office.row('K4')},12,",
        f"{office.row('K5')},,rich",
        f"{office.row('K6')},,",
    ]
    body = "\r\n".join([header, *rows, ""]).encode()
    import_id = await declared(office, body, 1)
    await send(office, import_id, 1, body)
    job = await completed(office, import_id)
    found = {one["row"]: one for one in await rows_of(office, import_id)}
    assert {row: (one["field"], one["code"]) for row, one in found.items() if one["code"]} == {
        4: ("legal_basis", "legal_basis_differs"),
        5: ("ration_card", "ration_card_taken"),
        6: ("ration_card", "ration_card_taken"),
        7: ("ration_card", "ration_card_invalid"),
        8: ("legal_basis", "legal_basis_unknown"),
    }
    assert (job["accepted"], job["rejected"], job["households"]) == (3, 5, 2)
    home = await office.call("GET", f"/v1/households/{found[2]['household_id']}", "citizens:read")
    assert (home["ration_card_masked"], home["legal_basis"]) == ("******6543", "takaful")
    told = (await office.events("HouseholdChanged", found[2]["household_id"], 2))[-1]
    mark = office.runtime.state.dependencies.ration_cards.mark("7009876543")
    assert (told["ration_card_mark"], told["legal_basis"]) == (mark, "takaful")
    assert taken["ration_card_masked"] == "******4567"
