"""A site's day in the running system: its numbers open their lists, and it goes on paper."""

from __future__ import annotations

import html
import re
import time
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from .conftest import System
from .test_console import ID, SignIn, replaced_at, signed_in

__all__ = ["signed_in"]

_NUMBER = re.compile(r'<a class="number" href="([^"]+)">([0-9,]+)</a>')
_STEP = re.compile("step=([a-z_]+)")
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
    assert "آخر طلب طباعة" not in clerk.get(f"/console/today/{site_id}?day={day}").text
    paper = clerk.post(f"/console/today/{site_id}/print")
    assert (paper.url.path, paper.url.query) == (f"/console/today/{site_id}/print", f"day={day}".encode())
    assert "آخر طلب طباعة" in paper.text
    assert "<nav" not in paper.text
    assert paper.text.count("<thead>") == 1


def test_a_sites_cards_are_counted_and_a_difference_is_named(signed_in: SignIn, system: System) -> None:
    clerk = signed_in("counter.clerk")
    place = f"{clerk.get('/console/today').url.path}/stock"
    assert place in clerk.page.text
    stock = f"{system.edge}/v1/pickup-sites/{place.split('/')[3]}/stock"
    ministry = {"Authorization": f"Bearer {system.new_client(['stock:count'])}"}
    clerk.get(place)
    assert clerk.post(place, act="count", counted="كثير").status_code == 422
    assert "عدد الكروت، صفراً أو أكثر" in clerk.page.text
    assert "سُجّل الجرد" in clerk.post(place, act="count", counted="٠").text
    # What lies there now: the demonstration has lived on beyond today, so that the day's own sum is another one.
    lying = httpx.get(stock, headers=ministry, timeout=10).json()["count"]["expected"]
    assert "لا فرق" in clerk.post(place, act="count", counted=str(lying)).text
    page = clerk.post(place, act="count", counted=str(lying + 1), note="عدّ آخر اليوم")
    assert "زيادة: كارت واحد" in page.text
    assert "عدّ آخر اليوم" in page.text
    strange = clerk.post(place, act="send", to="", cards_=str(uuid4()))
    assert strange.status_code == 409
    assert "errors" in strange.text


def test_who_comes_without_an_hour_is_taken_and_another_hour_is_given(signed_in: SignIn, system: System) -> None:
    clerk = signed_in("counter.clerk", "/console/handover")
    day = clerk.get("/console/today").url.path
    site_id = day.rpartition("/")[2]
    wrong = clerk.post(day, sought="12")
    assert wrong.status_code == 422
    assert "<title>خطأ: " in wrong.text
    clerk.get(day)
    move = found_card(clerk, day, replaced_at(system, site_id))
    clerk.get(move)
    assert clerk.post(move).status_code == 422
    hour = html.unescape(re.findall(r'name="hour" value="([^"]+)"', clerk.page.text)[-1])
    page = clerk.post(move, hour=hour)
    assert "تغيّر الموعد." in page.text
    card = move.rpartition("/")[2]
    on_day = httpx.get(
        f"{system.edge}/v1/pickup-sites/{site_id}/appointments?limit=1000&day={cairo_day(hour)}",
        headers=system.headers(),
        timeout=10,
    ).json()["items"]
    assert [one["starts_at"] for one in on_day if one["card_id"] == card] == [hour.partition("/")[2]]


def found_card(clerk: Any, day: str, number: str) -> str:
    """Where the card of somebody at the counter is given another hour."""
    clerk.post(day, sought=number)
    return str(clerk.found(f"/console/today/{ID}/appointments/{ID}"))


def cairo_day(hour: str) -> str:
    """The day in Cairo of a chosen hour, `site/instant`."""
    return datetime.fromisoformat(hour.partition("/")[2]).astimezone(ZoneInfo("Africa/Cairo")).date().isoformat()


def test_a_clerk_of_one_site_sees_no_other(signed_in: SignIn, system: System) -> None:
    clerk = signed_in("counter.clerk", "/console/handover")
    sites = httpx.get(f"{system.edge}/v1/pickup-sites?limit=200", headers=system.headers(), timeout=10).json()
    clerk.get("/console/today")
    own = clerk.page.url.path.rpartition("/")[2]
    other = next(one["site_id"] for one in sites["items"] if one["site_id"] != own)
    assert clerk.get(f"/console/today/{other}").status_code == 404
    assert clerk.get(f"/console/today/{other}/cards").status_code == 404


def phases(system: System) -> list[dict[str, Any]]:
    """The phases of the demonstration."""
    reply = httpx.get(f"{system.edge}/v1/rollout-phases?limit=100", headers=system.headers(), timeout=10)
    found: list[dict[str, Any]] = reply.json()["items"]
    return found


def test_every_number_of_a_phase_opens_as_many_households(signed_in: SignIn, system: System) -> None:
    governor = signed_in("governor", "/console/rollout")
    phase_id = governor.found(f"/console/rollout/{ID}").rpartition("/")[2]
    page = governor.get(f"/console/rollout/{phase_id}")
    found = numbers(page.text)
    assert {"registered", "collected", "activated"} <= {step for place, _ in found for step in _STEP.findall(place)}
    assert max(number for _, number in found) > 10
    for dimension in ("site", "cohort"):
        found += numbers(governor.get(f"/console/rollout/{phase_id}/by/{dimension}").text)
    for place, number in found[:10] + found[10::7]:  # the whole phase, and of its parts every seventh
        assert rows(governor, place) == number, place
    assert page.text.count("<svg class=") >= 1
    assert "steps/pause" not in page.text  # who looks on changes nothing
    elsewhere = next(one for one in phases(system) if one["governorate"] != "03")
    assert governor.get(f"/console/rollout/{elsewhere['phase_id']}").status_code == 404


def test_a_plan_is_looked_at_by_site_and_day_and_given_up(signed_in: SignIn, system: System) -> None:
    planner = signed_in("rollout.planner", "/console/rollout")
    phase_id = planner.found(f"/console/rollout/{ID}").rpartition("/")[2]
    new = f"/console/rollout/{phase_id}/plans/new"
    planner.get(new)
    wrong = planner.post(new, week_start="31/2/2099", weeks="x", limit="", holders="heads")
    assert wrong.status_code == 422
    assert "<title>خطأ: " in wrong.text
    page = planner.post(new, week_start="٥/١٢/٢٠٩٩", weeks="١", limit="٥٠", holders="heads")
    plan = page.url.path
    assert re.fullmatch(f"/console/plans/{ID}", plan), page.text
    for _ in range(60):
        if "plan_status-drafting" not in page.text and "تُحسب الآن" not in page.text:
            break
        time.sleep(1)
        page = planner.get(plan)
    assert "مسودة للمراجعة" in page.text
    page = planner.post(f"{plan}/withdrawal")
    assert "أُلغيت المسودة." in page.text
    assert plan in planner.get(f"/console/rollout/{phase_id}").text


def test_a_phase_is_paused_and_goes_on(signed_in: SignIn, system: System) -> None:
    planner = signed_in("rollout.planner", "/console/rollout")
    phase_id = planner.found(f"/console/rollout/{ID}").rpartition("/")[2]
    for step, said in (("pause", "توقفت المرحلة مؤقتاً."), ("resume", "استؤنفت المرحلة.")):
        planner.get(f"/console/rollout/{phase_id}/steps/{step}")
        assert said in planner.post(f"/console/rollout/{phase_id}/steps/{step}").text
    planner.get(f"/console/rollout/{phase_id}/steps/open")
    refused = planner.post(f"/console/rollout/{phase_id}/steps/open")
    assert refused.status_code == 422
    assert refused.text.count('class="error"') == 4
