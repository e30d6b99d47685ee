from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.registry.intake import HEADER
from card_service.sealing import UPLOAD

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

IMPORT = "citizens:import"


async def test_a_file_is_registered_household_by_household(office: Office) -> None:
    rows = [office.row("A"), office.row("A", "spouse"), office.row("A", "child", mobile=""), office.row("B")]
    job, rejected = await office.imported(*rows)
    assert job["status"] == "done"
    assert (job["rows"], job["accepted"], job["rejected"], job["households"]) == (4, 4, 0, 2)
    assert rejected == {}
    homes = await office.fetch("SELECT household_id, members FROM household WHERE import_id = $1 ORDER BY 1", job["id"])
    assert [home["members"] for home in homes] == [3, 1]
    for home in homes:
        key = str(home["household_id"])
        (changed,) = await office.events("HouseholdChanged", key)
        assert len(changed["members"]) == home["members"]
        assert len(await office.events("CitizenRegistered", key)) == home["members"]
    citizens = await office.fetch(
        "SELECT citizen_id, mobile_usable FROM citizen WHERE import_id = $1",
        job["id"],
    )
    for citizen in citizens:
        told = await office.events("ContactChanged", str(citizen["citizen_id"]))
        assert len(told) == (1 if citizen["mobile_usable"] else 0)


async def test_faulty_rows_come_back_with_reasons_and_without_national_ids(office: Office) -> None:
    short = office.person("child")["national_id"][:-1]
    rows = [
        office.row("A"),
        office.row("A", "child", national_id=short),
        office.row("A", "child")[:15],
        office.row("A", "child", mobile="0661234567"),
        office.row("B", national_id="9" * 14),
        office.row("B", "spouse"),
        office.row("C", "spouse"),
    ]
    rows.append(rows[0].replace("A,head", "D,head"))
    job, rejected = await office.imported(*rows)
    assert rejected == {
        3: "national_id_length",
        4: "row_incomplete",
        5: "mobile_invalid",
        6: "national_id_century",
        7: "head_rejected",
        8: "head_missing",
        9: "duplicate_in_file",
    }
    assert (job["accepted"], job["rejected"], job["households"]) == (1, 7, 1)
    path = f"/v1/imports/{job['id']}/rejections"
    page = await office.call("GET", f"{path}?limit=3", IMPORT)
    assert [item["row"] for item in page["items"]] == [3, 4, 5]
    assert page["next"] == 5
    assert short not in str(page)
    assert page["items"][0]["reason"].startswith("The national id")
    assert page["items"][0]["reason_ar"].startswith("الرقم القومي")
    rest = await office.call("GET", f"{path}?after=5", IMPORT)
    assert [item["row"] for item in rest["items"]] == [6, 7, 8, 9]
    assert rest["next"] is None


async def test_who_is_registered_is_not_registered_again(office: Office) -> None:
    rows = [office.row("A"), office.row("A", "spouse")]
    await office.imported(*rows)
    job, rejected = await office.imported(*rows)
    assert rejected == {2: "already_registered", 3: "already_registered"}
    assert (job["accepted"], job["households"]) == (0, 0)


async def test_doubles_are_found_across_chunks(open_office: OpenOffice) -> None:
    async with open_office(card_import_chunk_rows=10) as office:
        rows = [office.row(f"H{n}") for n in range(25)]
        rows.append(rows[0].replace("H0,head", "Z,head"))
        job, rejected = await office.imported(*rows)
        assert rejected == {27: "duplicate_in_file"}
        assert (job["accepted"], job["households"]) == (25, 25)


async def test_another_check_digit_is_counted_and_taken(office: Office) -> None:
    person = office.person()
    other = person["national_id"][:-1] + str((int(person["national_id"][-1]) + 1) % 10)
    job, rejected = await office.imported(office.row("A", national_id=other))
    assert (job["warnings"], job["accepted"], rejected) == (1, 1, {})


async def test_the_upload_is_sealed_and_erased_at_the_end(office: Office) -> None:
    row = office.row("A")
    accepted = await office.upload(row)
    kept = await office.fetch("SELECT sealed FROM import_upload WHERE import_id = $1", accepted["id"])
    assert row.encode() not in b"".join(bytes(one["sealed"]) for one in kept)
    job = await office.finished(f"/v1/imports/{accepted['id']}", IMPORT)
    assert job["accepted"] == 1
    assert await office.fetch("SELECT 1 FROM import_upload WHERE import_id = $1", accepted["id"]) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_csv"),
        (b"PK\x03\x04\x14\x00\x08\x00", "not_csv"),
        ("household_ref,role".encode("utf-16"), "wrong_header"),
        ("household_ref،role\n".encode(), "not_csv"),
        (",".join(HEADER).encode() + "\nA,head,2,منى,,03,x,\n".encode("cp1256"), "not_csv"),
        (b'{"a": 1}', "not_csv"),
        (b"a,b,c\n1,2,3\n", "wrong_header"),
    ],
)
async def test_what_is_no_file_of_citizens_is_refused_at_once(office: Office, body: bytes, code: str) -> None:
    before = await office.fetch("SELECT count(*) AS n FROM import_job")
    options: dict[str, Any] = {"content": body, "headers": {"Content-Type": "text/csv; charset=utf-8"}, "expect": 422}
    problem = await office.call("POST", "/v1/imports", IMPORT, **options)
    assert problem["code"] == code
    assert await office.fetch("SELECT count(*) AS n FROM import_job") == before


@pytest.mark.parametrize(
    ("encoding", "delimiter", "media"),
    [
        ("utf-8-sig", ";", "text/csv"),
        ("utf-16", "\t", "text/csv; charset=utf-16"),
        ("utf-16-le", ",", "text/csv"),
        ("cp1256", ",", "text/csv; charset=windows-1256"),
    ],
    ids=["semicolons", "utf16-tabs", "utf16-without-mark", "windows-1256"],
)
async def test_files_of_other_programs_are_read(office: Office, encoding: str, delimiter: str, media: str) -> None:
    rows = [office.row("A"), office.row("A", "spouse", full_name="سعاد محمود")]
    body = "\r\n".join([",".join(HEADER), *rows, ""]).replace(",", delimiter).encode(encoding)
    accepted = await office.call("POST", "/v1/imports", IMPORT, content=body, headers={"Content-Type": media})
    job = await office.finished(f"/v1/imports/{accepted['id']}", IMPORT)
    assert (job["status"], job["accepted"], job["rejected"]) == ("done", 2, 0)
    ids = await office.fetch("SELECT citizen_id FROM citizen WHERE import_id = $1 ORDER BY role", accepted["id"])
    shown = [await office.call("GET", f"/v1/citizens/{one['citizen_id']}", "citizens:read") for one in ids]
    assert [citizen["full_name"] for citizen in shown] == ["منى أحمد علي", "سعاد محمود"]


async def test_a_file_that_is_refused_is_called_by_its_name_in_both_languages(office: Office) -> None:
    async def refused(body: bytes, media: str = "text/csv") -> dict[str, Any]:
        options: dict[str, Any] = {"content": body, "headers": {"Content-Type": media}, "expect": 422}
        problem: dict[str, Any] = await office.call("POST", "/v1/imports", IMPORT, **options)
        return problem

    old = ",".join(HEADER).encode() + "\nA,head,2,منى أحمد,,03,x,\n".encode("cp1256")
    for body, found, word in ((old, "windows_1256", "Windows-1256"), (b"PK\x03\x04", "excel_workbook", "xlsx")):
        problem = await refused(body)
        assert problem["found"] == found
        assert word in problem["detail"]
        assert word in problem["detail_ar"]
    assert "(,)" in (await refused(b"a b c\n"))["detail_ar"]
    assert "(,)" in (await refused(b"a,b\n"))["detail_ar"]
    assert (await refused(b"a,b\n", "text/csv; charset=koi8-r"))["found"] == "charset_unknown"


async def test_only_csv_of_an_acceptable_size_is_taken(open_office: OpenOffice) -> None:
    async with open_office(card_import_max_bytes=2048) as office:
        row = office.row("A").encode()
        wrong = await office.call("POST", "/v1/imports", IMPORT, content=row, expect=415)
        assert wrong["code"] == "unsupported_media_type"
        large = await office.upload(*["x" * 300] * 10, expect=413)
        assert large["code"] == "payload_too_large"


async def test_an_import_of_another_governorate_is_not_there(office: Office, random_id: UUID) -> None:
    bound = {"governorate": "04"}
    accepted = await office.upload(office.row("A"), claims=bound)
    path = f"/v1/imports/{accepted['id']}"
    job = await office.finished(path, IMPORT)
    assert (job["accepted"], job["rejected"]) == (0, 1)
    listed = await office.call("GET", f"{path}/rejections", IMPORT, claims=bound)
    assert [item["code"] for item in listed["items"]] == ["governorate_not_yours"]
    for path_, claims in ((path, {"governorate": "03"}), (f"/v1/imports/{random_id}", {})):
        for suffix in ("", "/rejections"):
            await office.call("GET", path_ + suffix, IMPORT, claims=claims, expect=404)


async def test_an_unreadable_import_is_given_up_and_others_go_on(office: Office, random_id: UUID) -> None:
    runtime = office.runtime
    deps = runtime.state.dependencies
    import_id = (await office.upload(office.row("A")))["id"]
    await office.finished(f"/v1/imports/{import_id}", IMPORT)
    broken = deps.vault.seal(random_id, b"x", UPLOAD)
    await office.fetch("INSERT INTO import_upload (import_id, sealed) VALUES ($1, $2)", import_id, broken)
    await office.fetch("UPDATE import_job SET status = 'queued', finished_at = NULL WHERE import_id = $1", import_id)
    job = await office.finished(f"/v1/imports/{import_id}", IMPORT)
    assert job["status"] == "failed"
    assert await office.fetch("SELECT 1 FROM import_upload WHERE import_id = $1", import_id) == []
    other, _ = await office.imported(office.row("B"))
    assert other["accepted"] == 1
