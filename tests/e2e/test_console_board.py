"""A site's day in the running system: its numbers open their lists, and it goes on paper."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import httpx

from .conftest import System
from .test_console import ID, SignIn, signed_in

__all__ = ["signed_in"]

_NUMBER = re.compile(r'<a class="number" href="([^"]+)"><bdi dir="ltr" class="ident">([0-9,]+)</bdi></a>')
_ROW = re.compile(r"<tbody>(.*?)</tbody>", re.DOTALL)


def numbers(text: str) -> list[tuple[str, int]]:
    """The numbers of a page with the lists that they open."""
    return [(html.unescape(place), int(number.replace(",", ""))) for place, number in _NUMBER.findall(text)]


def rows(person: Any, place: str) -> int:
    """How many rows a list has, over all its pages."""
    found, following = 0, place
    while following:
        text = person.get(following).text
        assert person.page.status_code == 200, text
        body = _ROW.search(text)
        found += body[1].count("<tr") if body else 0
        behind = re.search(r'<a rel="next" href="([^"]+)">', text)
        following = html.unescape(behind[1]) if behind else ""
    return found


def a_day(system: System, site_id: str, month: str) -> str:
    """A day on which somebody has an appointment at a site, near the month in which the demonstration began."""
    first = date.fromisoformat(month) - timedelta(days=45)
    for days in range(90):
        day = (first + timedelta(days=days)).isoformat()
        path = f"{system.edge}/v1/pickup-sites/{site_id}/appointments?limit=1&day={day}"
        if httpx.get(path, headers=system.headers(), timeout=10).json()["items"]:
            return day
    raise AssertionError("nobody has an appointment")


def test_every_number_of_a_sites_day_opens_as_many_rows(
    signed_in: SignIn, system: System, first: dict[str, Any]
) -> None:
    clerk = signed_in("counter.clerk")
    clerk.get("/console/today")
    site_id = clerk.page.url.path.rpartition("/")[2]
    assert re.fullmatch(ID, site_id), clerk.page.text
    day = a_day(system, site_id, first["run"]["month"])
    page = clerk.get(f"/console/today/{site_id}?day={day}")
    found = numbers(page.text)
    assert [place for place, _ in found if "/appointments?" in place]
    assert [place for place, _ in found if "/cards?" in place]
    for place, number in found:
        assert rows(clerk, place) == number, place
    paper = clerk.get(f"/console/today/{site_id}/print?day={day}")
    assert "<nav" not in paper.text
    assert paper.text.count("<thead>") == 1


def test_a_clerk_of_one_site_sees_no_other(signed_in: SignIn, system: System) -> None:
    clerk = signed_in("counter.clerk", "/console/handover")
    sites = httpx.get(f"{system.edge}/v1/pickup-sites?limit=200", headers=system.headers(), timeout=10).json()
    clerk.get("/console/today")
    own = clerk.page.url.path.rpartition("/")[2]
    other = next(one["site_id"] for one in sites["items"] if one["site_id"] != own)
    assert clerk.get(f"/console/today/{other}").status_code == 404
    assert clerk.get(f"/console/today/{other}/cards").status_code == 404
