"""A file of the registry before its sender: judged in Arabic, started, a worker killed meanwhile, bad rows mended."""

from __future__ import annotations

import csv
import html
import io
import os
import re
import signal
from collections import Counter
from datetime import date

import httpx

from card_service.registry.intake import HEADER
from devstack.demo.people import Generator

from .conftest import System, pid_of, until
from .test_console import Person, SignIn, hidden, signed_in

__all__ = ["signed_in"]
ROWS = 5000


def file_of(rows: list[list[str]]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return written.getvalue().encode()


def carried(person: Person, path: str, file: bytes, **fields: str) -> httpx.Response:
    """The form of the page, with a file."""
    given = {**hidden(person.page.text), **fields}
    person.page = person.client.post(
        person.system.edge + path, data=given, files={"file": ("homes.csv", file, "text/csv")}, timeout=120
    )
    return person.page


def test_a_file_is_judged_registered_through_a_kill_and_its_bad_rows_mended(signed_in: SignIn, system: System) -> None:
    people = Generator(seed=14, lot=48, today=date(2026, 11, 1))
    rows = [list(row) for home in people.households(ROWS // 2) for row in home.rows()][:ROWS]
    good = rows[9][4], rows[2500][2]
    rows[9][4], rows[2500][2], rows[4998][6] = "12", "29", "nowhere"
    officer = signed_in("registry.importer", "/console/imports/new")
    page = carried(officer, "/console/imports/new", file_of(rows), content="citizens")
    assert "وصل الملف كاملاً، وتجري مراجعته." in page.text, page.text
    place = page.url.path
    until(lambda: "ابدأ التسجيل" in officer.get(place).text, seconds=120)
    told = [re.findall(r"<bdi[^>]*>([^<]*)</bdi>", row) for row in officer.page.text.split("<tbody>")[1].split("</tr>")]
    named = {row[0].replace(",", ""): row[1] for row in told if len(row) > 1}
    assert {"11": "mobile", "2502": "national_id", "5000": "district"}.items() <= named.items()
    for reason in ("الرقم ليس لتليفون محمول مصري", "الرقم القومي"):
        assert reason in officer.page.text
    assert registered(system, rows) == Counter()

    officer.post(place, act="start")
    until(lambda: "<progress" in officer.get(place).text)
    os.kill(pid_of(system, "card"), signal.SIGKILL)
    until(lambda: "نزّل نتيجة كل صف" in officer.get(place).text, seconds=180)
    found = registered(system, rows)
    assert set(found.values()) == {1}
    refused = refused_rows(officer, place)
    assert len(found) + len(refused) == ROWS
    assert {"11", "2502", "5000"} <= {one["refused_because"].partition(":")[0] for one in refused}

    mended = [[one[name] for name in HEADER] for one in refused if one["refused_because"].startswith(("11:", "2502:"))]
    mended[0][4], mended[1][2] = good
    officer.get(place)
    officer.get(html.unescape(officer.found(r"/console/imports/new\?corrects=[^\"]*")))
    carried(officer, "/console/imports/new", file_of(mended), content="citizens")
    place = officer.page.url.path
    until(lambda: "ابدأ التسجيل" in officer.get(place).text, seconds=60)
    officer.post(place, act="start")
    until(lambda: "نزّل نتيجة كل صف" in officer.get(place).text, seconds=60)
    again = registered(system, [rows[0], mended[0], mended[1]])
    assert (len(again), set(again.values())) == (3, {1})


def refused_rows(officer: Person, place: str) -> list[dict[str, str]]:
    text = officer.client.get(f"{officer.system.edge}{place}/refused-rows").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def registered(system: System, rows: list[list[str]]) -> Counter[str]:
    """How often each national id of a file is registered."""
    found: Counter[str] = Counter()
    for start in range(0, len(rows), 500):
        asked = [row[2] for row in rows[start : start + 500] if len(row[2]) == 14]
        reply = httpx.post(
            f"{system.edge}/v1/citizens/lookup",
            json={"national_ids": asked},
            headers=system.headers("registry"),
            timeout=30,
        )
        reply.raise_for_status()
        found.update(asked[one["position"]] for one in reply.json()["items"])
    return found
