"""The documentation: one page for the whole API, one for every problem, nothing from another server."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tools.generated import OPENAPI, refresh

from api_gateway.docs import problems
from api_gateway.route import SWALLOW
from chassis.refusals import registry


@pytest.fixture(scope="module", autouse=True)
def _merged() -> None:
    refresh(OPENAPI)


async def test_the_page_needs_no_other_server(gateway: Any) -> None:
    page = await gateway.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    assert all(link.startswith("/docs/") for link in links)
    for link in links:
        asset = await gateway.client.get(link)
        assert asset.status_code == 200
        assert not re.search(rb"url\(\s*['\"]?https?://", asset.content)
    assert (await gateway.client.get("/docs/secrets.txt")).status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "TEXT/HTML;q=0.9"])
async def test_the_address_itself_is_a_page_that_leads_on(gateway: Any, accept: str) -> None:
    page = await gateway.client.get("/", headers={"Accept": accept})
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert page.headers["vary"] == "Accept"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "الكارت الموحد" in page.text
    assert "Unified Card" in page.text
    assert not re.search(r"<script|\son\w+=|style=", page.text)
    for link in set(re.findall(r'(?:src|href)="([^"]+)"', page.text)):
        assert link.startswith("/")
        assert (await gateway.client.get(link)).status_code in {200, 303}, link


@pytest.mark.parametrize("accept", ["*/*", "application/json", "", "text/htmlx"])
async def test_programs_find_the_same_as_json(gateway: Any, accept: str) -> None:
    reply = await gateway.client.get("/", headers={"Accept": accept})
    assert reply.headers["content-type"] == "application/json"
    links = [place for place in reply.json().values() if str(place).startswith("/")]
    assert {"/docs", "/openapi.json", "/account"} <= set(links)
    for link in links:
        assert (await gateway.client.get(link)).status_code in {200, 303}, link


async def test_openapi_is_the_merged_one(gateway: Any) -> None:
    reply = await gateway.client.get("/openapi.json")
    assert reply.status_code == 200
    assert {"/oauth/token", "/v1/redemptions"} <= reply.json()["paths"].keys()
    assert "`redemptions:create` | Sell" in reply.json()["info"]["description"]


@pytest.mark.parametrize("code", ["not_found", "upstream_unavailable", "assertion_replayed"])
async def test_every_problem_has_a_page_in_both_languages(gateway: Any, code: str) -> None:
    page = await gateway.client.get(f"/problems/{code}")
    kind = registry()[code]
    assert kind.title() in page.text
    assert kind.title_ar in page.text
    assert 'dir="rtl"' in page.text


async def test_problems_of_other_services_come_from_the_merged_document() -> None:
    said = {"moon_blocked": {"status": 409, "title": "The card is <blocked>", "title_ar": "الكارت موقوف"}}
    known = problems.known({"x-problems": said})
    assert "The card is &lt;blocked&gt;" in known["moon_blocked"].page()
    assert known["not_found"].status == 404


async def test_unknown_problems(gateway: Any) -> None:
    assert (await gateway.client.get("/problems/no_such_problem")).status_code == 404


async def test_large_bodies_are_swallowed(gateway: Any) -> None:
    reply = await gateway.client.post(SWALLOW, content=b"a" * 5_000_000)
    assert (reply.status_code, reply.json()["code"]) == (413, "payload_too_large")
