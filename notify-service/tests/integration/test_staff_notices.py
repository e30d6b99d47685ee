"""What those who work with the system must know at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contracts.notices import Notice
from notify_service.codes.notices import WORDS

if TYPE_CHECKING:
    from ..conftest import Desk

MOBILE = "+201012345678"


async def _send(desk: Desk, scopes: str = "notices:send", mobile: str = MOBILE, **claims: Any) -> Any:
    body = {"mobile": mobile, "notice": "administrator_recovered"}
    headers = desk.issuer.headers("service:gateway", scopes, **claims)
    return await desk.client.post("/v1/staff-notices", json=body, headers=headers)


async def test_it_goes_out_at_once_in_both_languages_and_is_kept_nowhere(desk: Desk) -> None:
    reply = await _send(desk)
    assert (reply.status_code, reply.json()) == (200, {"sent": True})
    (text,) = [one["text"] for one in desk.aggregator.messages.values() if "administrator was added" in one["text"]]
    assert "مسؤول صلاحيات" in text
    kept = await desk.runtime.pool.fetch("SELECT m::text AS row FROM message m UNION ALL SELECT o::text FROM outbox o")
    assert not [row for row in kept if MOBILE[3:] in row["row"]]


@pytest.mark.parametrize("scopes", ["messages:read", "codes:send"])
async def test_nobody_else_has_it_sent(desk: Desk, scopes: str) -> None:
    assert (await _send(desk, scopes)).status_code == 403


@pytest.mark.parametrize("mobile", ["01012345678", "+4915112345678", "+20101234567", "+201012345678 x"])
async def test_no_other_number_is_taken(desk: Desk, mobile: str) -> None:
    assert (await _send(desk, mobile=mobile)).status_code == 422


@pytest.mark.parametrize("notice", Notice)
async def test_every_kind_is_told_in_both_languages(desk: Desk, notice: Notice) -> None:
    headers = desk.issuer.headers("service:gateway", "notices:send")
    reply = await desk.client.post("/v1/staff-notices", json={"mobile": MOBILE, "notice": notice}, headers=headers)
    assert reply.json() == {"sent": True}
    arabic, english = WORDS[notice].split("\n")
    assert arabic.startswith("الكارت الموحد: ")
    assert english.startswith("Unified Card: ")
    assert WORDS[notice] in {one["text"] for one in desk.aggregator.messages.values()}


async def test_no_other_kind_is_taken(desk: Desk) -> None:
    headers = desk.issuer.headers("service:gateway", "notices:send")
    body = {"mobile": MOBILE, "notice": "you_have_won"}
    assert (await desk.client.post("/v1/staff-notices", json=body, headers=headers)).status_code == 422
