"""Routes of the register's list: its address says all of it, so that Back and a link show the same rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from staff_console.documents import Answer, Document
from staff_console.registry import wanted
from staff_console.registry.wanted import PAGE_ROWS, Wanted
from staff_console.web.errors import Missing
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/registry"
EXPORTS: Final = "/console/exports"
FORMATS: Final = ("xlsx", "csv")
_LONGEST_PURPOSE: Final = 200
_SHORTEST_PURPOSE: Final = 3


@routes.get(PLACE)
async def show_list(visit: Visiting) -> Response:
    """Households with their heads and cards; what a form leaves empty is taken out of the address."""
    given = dict(visit.request.query_params)
    asked = wanted.read(given)
    tidy = asked.query
    if not asked.wrong and sorted(given) != sorted(_names(asked) | ({"lang"} & given.keys())):
        return visit.see_other(f"{PLACE}?{tidy}" if tidy else PLACE)
    facts = await _facts(visit, asked)
    if asked.wrong:
        return visit.page("registry", 422, wanted=asked, told=None, count=None, **facts)
    told, count = await _listed(visit, asked)
    return visit.page("registry", wanted=asked, told=told, count=count, pages=-(-count // PAGE_ROWS), **facts)


@routes.get(f"{PLACE}/export")
async def ask_export(visit: Visiting) -> Response:
    """Ask which file is wanted of a list, and what for; how many rows it will have stands above."""
    draft = await visit.draft(f"{PLACE}/export")
    query = visit.request.query_params
    asked = _chosen(
        wanted.read(draft or dict(query)),
        draft.get("households", "").split(",") if draft else query.getlist("household"),
    )
    return await _ask(visit, asked, draft, {"": "choose_rows"} if "chosen" in query and not asked.chosen else {})


@routes.post(f"{PLACE}/export")
async def export(form: Posted) -> Response:
    """Order the file; it is made whether this browser stays open or not."""
    visit, asked = form.visit, _chosen(wanted.read(form.fields), form.field("households").split(","))
    purpose, kind = form.field("purpose"), form.field("format")
    errors = {} if _SHORTEST_PURPOSE <= len(purpose) <= _LONGEST_PURPOSE else {"purpose": "export_purpose_missing"}
    if kind not in FORMATS:
        errors["format"] = "export_format_missing"
    if errors or asked.wrong:
        return await _ask(visit, asked, form.fields, errors | dict(asked.wrong), form.key)
    body = {
        "asked": asked.body, "sort": asked.sort, "format": kind, "language": visit.language, "purpose": purpose,
    }  # fmt: skip
    await visit.services.post("card", "/v1/register-exports", body, key=form.key)
    return visit.done(EXPORTS, "export_ordered")


def _chosen(asked: Wanted, households: Iterable[str]) -> Wanted:
    """The list from its beginning, or the households picked in it. Raises Missing for what no page has offered."""
    try:
        return asked.first().of(one for one in households if one)
    except ValueError:
        raise Missing from None


async def _ask(
    visit: Visit, asked: Wanted, given: Mapping[str, str], errors: dict[str, str], key: str = ""
) -> Response:
    counted = await visit.services.get("card", "/v1/registered-households/count", dict(asked.asked))
    return visit.page(
        "registry_export", 422 if errors else 200, wanted=asked, every=counted["count"], given=given, errors=errors,
        formats=FORMATS, key=key, named=await _named(visit, asked),
    )  # fmt: skip


async def _listed(visit: Visit, asked: Wanted) -> tuple[Answer, int]:
    """A page of the list, and how many rows all its pages have."""
    query: dict[str, str | int] = {**asked.asked, "sort": asked.sort, "limit": PAGE_ROWS}
    if asked.after:
        query["after"] = asked.after
    told, counted = await asyncio.gather(
        visit.services.get("card", "/v1/registered-households", query),
        visit.services.get("card", "/v1/registered-households/count", dict(asked.asked)),
    )
    return told, int(counted["count"])


async def _facts(visit: Visit, asked: Wanted) -> Document:
    """What the form of the list offers: districts and sites of the governorate, once there is one."""
    governorate = visit.governorate(asked.governorate)
    return {
        "governorates": GOVERNORATES,
        "districts": {code: one for code, one in DISTRICTS.items() if one.governorate == governorate},
        "all_districts": DISTRICTS,
        "sites": await _sites(visit, governorate),
        "card_states": wanted.CARD_STATES,
        "statuses": wanted.STATUSES,
        "sorted": wanted.SORTED,
    }


async def _named(visit: Visit, asked: Wanted) -> list[tuple[str, str]]:
    """The conditions in words: by the name of a field's text what was chosen."""
    index = 1 if visit.language == "ar" else 0
    sites = await _sites(visit, visit.governorate(asked.governorate))
    found = []
    for name, value in asked.asked.items():
        if name == "governorate":
            said = GOVERNORATES[value][index]
        elif name == "district":
            said = DISTRICTS[value].name_ar if index else DISTRICTS[value].name_en
        elif name == "site_id":
            said = sites.get(value, value)
        elif name in {"status", "card_state"}:
            said = visit.say(f"household.{value}" if name == "status" else f"state.{value}")
        else:
            said = value
        found.append((f"wanted.{name}", said))
    return found


async def _sites(visit: Visit, governorate: str) -> dict[str, str]:
    """The pick-up sites of a governorate by id, by their names; they are public."""
    if not governorate:
        return {}
    query: dict[str, str | int] = {"governorate": governorate, "limit": 200}
    told = await visit.services.get("card", "/v1/public/pickup-sites", query)
    name = "name_ar" if visit.language == "ar" else "name_en"
    return {one["site_id"]: one[name] for one in told["items"]}


def _names(asked: Wanted) -> set[str]:
    return set(asked.conditions) | ({"after", "page"} if asked.after else set())
