"""The first view: its weight, its heads, its failures, without any service."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys

import httpx
import pytest

from citizen_page.heads import POLICY

FIRST_VIEW = 14 * 1024
OPEN = ("/citizen/", "/citizen/sites", "/citizen/papers", "/citizen/sms-words")


@pytest.mark.parametrize("path", OPEN)
async def test_the_first_view_is_light(page: httpx.AsyncClient, path: str) -> None:
    shown = await page.get(path)
    assert shown.status_code == 200, shown.text
    assert shown.headers["content-encoding"] == "gzip"
    wanted = re.findall(r'(?:src|href)="([^"]+\.(?:css|js|svg|png|woff2?)[^"]*)"', shown.text)
    assert len(wanted) <= 2, "with the page itself three requests"
    weight = len(gzip.compress(shown.content))
    for one in wanted:
        answer = await page.get(one)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        weight += len(gzip.compress(answer.content))
    assert weight <= FIRST_VIEW, f"{weight} bytes"
    assert "<script" not in shown.text
    assert "set-cookie" not in shown.headers


@pytest.mark.parametrize("path", [*OPEN, "/citizen/nothing", "/citizen/progress", "/livez"])
async def test_every_answer_has_its_heads(page: httpx.AsyncClient, path: str) -> None:
    heads = (await page.get(path)).headers
    assert heads["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert heads["x-content-type-options"] == "nosniff"
    assert heads["referrer-policy"] == "same-origin"
    assert heads["x-request-id"]
    assert heads["cache-control"]


async def test_arabic_comes_first_and_english_by_the_address(page: httpx.AsyncClient) -> None:
    assert '<html lang="ar" dir="rtl">' in (await page.get("/citizen/papers")).text
    english = (await page.get("/citizen/papers?lang=en")).text
    assert '<html lang="en" dir="ltr">' in english
    assert 'href="/citizen/papers"' in english, "back to Arabic"
    assert 'lang="ar" dir="rtl"' in (await page.get("/citizen/papers?lang=fr")).text


async def test_a_service_that_is_away_is_named_with_what_to_do(page: httpx.AsyncClient) -> None:
    shown = await page.get("/citizen/progress")
    assert shown.status_code == 503
    assert "الكروت والمواعيد" in shown.text
    assert "أعد المحاولة" in shown.text
    assert f'<bdi dir="ltr">{shown.headers["x-request-id"]}</bdi>' in shown.text


async def test_what_is_not_there_says_so(page: httpx.AsyncClient) -> None:
    for path in ("/citizen/nothing", "/citizen/sites/99", "/citizen/static/other.css"):
        shown = await page.get(path)
        assert shown.status_code == 404, path
        assert "الصفحة غير موجودة" in shown.text


async def test_it_is_ready_by_itself(page: httpx.AsyncClient) -> None:
    assert (await page.get("/livez")).status_code == 200
    assert (await page.get("/readyz")).status_code == 200
    assert "unicard_http_requests_total" in (await page.get("/metrics")).text


def test_the_process_stays_small() -> None:
    """Without database and broker their libraries are not loaded either: 80 MB are enough for it."""
    script = (
        "import sys, citizen_page.main; print([x for x in ('sqlalchemy', 'asyncpg', 'aiokafka') if x in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
