"""Files judged before anything is done, started or cancelled; refused rows that come back and are sent again."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING, Any

from card_service.registry.import_expiry import expire
from card_service.registry.intake import HEADER
from chassis.clock import business_day
from chassis.testing import connected_as_owner, eventually

from .test_import_files import DECLARE, IMPORT, digest, file_of

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice


async def checked(office: Office, body: bytes, scopes: str = IMPORT, **more: Any) -> dict[str, Any]:
    """The dry run of a file, once it is done."""
    given = {"parts": 1, "sha256": hashlib.sha256(body).hexdigest(), "dry_run": True} | more
    made = await office.call("POST", DECLARE, scopes, json=given, expect=201)
    path = f"/v1/imports/{made['id']}"
    await office.call("PUT", f"{path}/parts/1", scopes, content=body, headers=digest(body), expect=200)
    await office.call("POST", f"{path}/completion", scopes, expect=200)

    async def judged() -> dict[str, Any] | None:
        job: dict[str, Any] = await office.call("GET", path, scopes)
        return job if job["status"] in {"checked", "failed"} else None

    found: dict[str, Any] = await eventually(judged, seconds=30, every=0.05)
    return found


async def faults(office: Office, import_id: str, scopes: str = IMPORT) -> dict[int, tuple[str, str]]:
    found = await office.call("GET", f"/v1/imports/{import_id}/rejections?limit=1000", scopes)
    assert all(one["reason_ar"] for one in found["items"])
    return {one["row"]: (one["field"], one["code"]) for one in found["items"]}


async def started(office: Office, import_id: str, scopes: str = IMPORT) -> dict[str, Any]:
    await office.call("POST", f"/v1/imports/{import_id}/start", scopes, expect=200)
    return await office.finished(f"/v1/imports/{import_id}", scopes)


async def refused_file(office: Office, import_id: str) -> bytes:
    headers = office.issuer.headers("ministry", IMPORT)
    reply = await office.client.get(f"/v1/imports/{import_id}/refused-rows", headers=headers)
    assert reply.status_code == 200
    return bytes(reply.content)


async def test_a_dry_run_finds_what_the_import_then_finds_and_does_nothing(open_office: OpenOffice) -> None:
    async with open_office(card_import_chunk_rows=10) as office:
        known = office.row("K")
        await office.imported(known)
        rows = [office.row(f"H{n // 3}", "head" if n % 3 == 0 else "child") for n in range(30)]
        rows[4] = office.row("H1", "child", mobile="12")
        rows[9] = office.row("H3", national_id="1234")
        rows[20] = rows[1].replace("H0,", "H6,")  # a national id of an earlier chunk
        rows[27] = known.replace("K,", "H9,")
        rows.append(office.row("H2", "spouse"))  # a reference of an earlier chunk
        before = await office.fetch("SELECT count(*) FROM citizen")
        job = await checked(office, file_of(*rows))
        found = await faults(office, job["id"])
        assert found[6] == ("mobile", "mobile_invalid")
        assert found[11] == ("national_id", "national_id_length")
        assert found[22] == ("national_id", "duplicate_in_file")
        assert found[29] == ("national_id", "already_registered")
        assert found[32] == ("household_ref", "household_not_consecutive")
        assert (job["rows"], job["rejected"], job["total_rows"]) == (31, len(found), 31)
        assert await office.fetch("SELECT count(*) FROM citizen") == before
        assert await office.fetch("SELECT FROM import_check_mark") == []
        told = (job["accepted"], job["rejected"], job["households"])
        done = await started(office, job["id"])
        assert (done["accepted"], done["rejected"], done["households"]) == told
        assert await faults(office, job["id"]) == found
        assert await office.fetch("SELECT FROM import_part WHERE import_id = $1", job["id"]) == []
        again = await office.call("POST", f"/v1/imports/{job['id']}/start", IMPORT, expect=409)
        assert again["code"] == "import_not_checked"
        late = await office.call("POST", f"/v1/imports/{job['id']}/cancellation", IMPORT, expect=409)
        assert late["code"] == "import_under_way"


async def test_refused_rows_come_back_and_are_taken_once_they_are_corrected(office: Office) -> None:
    good, bad = office.row("A"), office.row("=B", mobile="+20109")
    job = await checked(office, file_of(good, bad, 'C,"head'))
    done = await started(office, job["id"])
    assert (done["accepted"], done["rejected"]) == (1, 2)
    body = await refused_file(office, job["id"])
    assert body.startswith(b"\xef\xbb\xbf")
    (first, second) = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    assert (first["household_ref"], first["mobile"]) == ("'=B", "'+20109")
    assert first["refused_because"].startswith("3: الرقم ليس لتليفون محمول مصري")
    assert second["national_id"] == ""
    corrected = body.replace(b"'+20109", b"'+201001234567")
    again = await checked(office, corrected, corrects=job["id"])
    assert (again["accepted"], again["rejected"], again["corrects"]) == (1, 1, job["id"])
    assert (await started(office, again["id"]))["accepted"] == 1
    kept = await office.fetch("SELECT sealed FROM import_refused")
    assert b"20109" not in b"".join(bytes(one["sealed"]) for one in kept)


async def test_a_file_is_cancelled_before_it_is_started_and_leaves_nothing(office: Office) -> None:
    job = await checked(office, file_of(office.row("A", mobile="1")))
    assert await faults(office, job["id"])
    path = f"/v1/imports/{job['id']}/cancellation"
    await office.call("POST", path, IMPORT, subject="other", expect=404)
    assert (await office.call("POST", path, IMPORT, expect=200))["status"] == "cancelled"
    for table in ("import_part", "import_refused", "import_check_mark"):
        assert await office.fetch(f"SELECT FROM {table} WHERE import_id = $1", job["id"]) == []
    assert (await office.call("POST", path, IMPORT, expect=409))["code"] == "import_under_way"


async def test_a_file_that_nobody_starts_is_given_up(office: Office) -> None:
    job = await checked(office, file_of(office.row("A", mobile="1")))
    async with connected_as_owner(office.settings.database_url) as owner:
        await owner.execute("UPDATE import_job SET created_at = created_at - interval '99 days'")
    assert await expire(office.app.state.runtime) is False
    assert (await office.call("GET", f"/v1/imports/{job['id']}", IMPORT))["status"] == "failed"
    for table in ("import_part", "import_refused"):
        assert await office.fetch(f"SELECT FROM {table} WHERE import_id = $1", job["id"]) == []


async def test_rows_of_another_registry_are_tried_and_taken_back(office: Office) -> None:
    requests = "requests:write"
    _, (_, spouse) = await office.household("spouse")
    unknown, day = office.person("child"), business_day(office.runtime.clock.now())
    text = "national_id,died_on\r\n" + "".join(f"{one['national_id']},{day}\r\n" for one in (spouse, unknown))
    before = await office.fetch("SELECT count(*) FROM change_request")
    job = await checked(office, text.encode(), requests, content="deaths")
    found = await faults(office, job["id"], requests)
    assert (job["accepted"], job["rejected"], list(found)) == (1, 1, [3])
    assert await office.fetch("SELECT count(*) FROM change_request") == before
    assert (await started(office, job["id"], requests))["accepted"] == 1
    assert await office.fetch("SELECT count(*) FROM change_request") != before


async def test_imports_are_listed_for_whoever_may_see_them(office: Office) -> None:
    job, _ = await office.imported(office.row("A"))
    body = ",".join(HEADER).encode()
    given = {"parts": 2, "sha256": hashlib.sha256(body).hexdigest()}
    waiting = await office.call("POST", DECLARE, IMPORT, json=given, expect=201)
    await office.call("PUT", f"/v1/imports/{waiting['id']}/parts/2", IMPORT, content=body, headers=digest(body))
    listed = (await office.call("GET", "/v1/imports?limit=2", IMPORT))["items"]
    assert [(one["id"], one["received"]) for one in listed] == [(waiting["id"], [2]), (job["id"], [])]
    others = (await office.call("GET", "/v1/imports", "requests:write"))["items"]
    assert {one["content"] for one in others} <= {"deaths"}
