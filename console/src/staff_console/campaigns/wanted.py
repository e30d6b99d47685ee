"""What a form says of a campaign, as the service is asked for it; and a draft as a form shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from chassis.clock import CAIRO
from chassis.text import normalise_digits
from staff_console.documents import Document
from staff_console.payouts.amounts import piastres_of
from staff_console.requests.corrections import NotRight, day_of

HOURS: Final = tuple(f"{hour:02}:00" for hour in range(24))
TYPES: Final = ("day", "month", "amount", "count", "words")
YES_NO: Final = ("yes", "no")
LANGUAGES: Final = ("ar", "en")
AUDIENCES: Final = ("filter", "kept")
_MONTH: Final = re.compile(r"(\d{4})-(\d{1,2})|(\d{1,2})[/.-](\d{4})")
_COUNT: Final = re.compile(r"\d{1,9}")
_LONGEST_NAME: Final = 80
_MOST_MEMBERS: Final = 50


def asked(fields: Mapping[str, str], text: Document, before: Document | None = None) -> tuple[Document, dict[str, str]]:
    """The campaign of a form, and what is wrong with it by field.

    `text`: what it is made of, with the types of its variables; `before`: the draft that is edited.
    """
    wrong: dict[str, str] = {}
    body: Document = {"name": _said(fields, "name"), "text_id": text["text_id"], "values": {}}
    if not 0 < len(body["name"]) <= _LONGEST_NAME:
        wrong["name"] = "campaign_name_missing"
    for name, kind in text["variables"].items():
        value = _value(fields, name, kind)
        if value is None:
            wrong[f"value.{name}" if kind != "words" else f"value.{name}.ar"] = f"value_wrong.{kind}"
        else:
            body["values"][name] = value
    body["audience"] = before["audience"] if before and _kept(fields) else _audience(fields, wrong)
    for name in ("starts", "ends"):
        at = _moment(fields, name, wrong)
        if at is not None:
            body[f"{name}_at"] = at
    if before is not None:
        body |= {one: before[one] for one in ("parts_per_second", "messages_per_week")}
    return body, wrong


def typed(campaign: Document) -> dict[str, str]:
    """A draft as its form shows it."""
    found = {"name": campaign["name"], "audience": "filter" if fits(campaign["audience"]) else "kept"}
    for name, value in campaign["values"].items():
        if value["type"] == "words":
            found |= {f"value.{name}.{one}": value[one] for one in LANGUAGES}
        elif value["type"] == "day":
            found[f"value.{name}"] = datetime.fromisoformat(value["value"]).strftime("%d/%m/%Y")
        elif value["type"] == "amount":
            found[f"value.{name}"] = f"{value['value'] // 100}.{value['value'] % 100:02}"
        else:
            found[f"value.{name}"] = str(value["value"])
    for name in ("starts", "ends"):
        at = datetime.fromisoformat(campaign[f"{name}_at"]).astimezone(CAIRO)
        found |= {f"{name}_on": at.strftime("%d/%m/%Y"), f"{name}_hour": f"{at.hour:02}:00"}
    asks = campaign["audience"] or {}
    found |= {one: (asks.get(f"{one}s") or [""])[0] for one in ("governorate", "district")}
    found["language"] = asks.get("language") or ""
    found["card"] = {True: "yes", False: "no", None: ""}[asks.get("card")]
    return found | {one: "" if asks.get(one) is None else str(asks[one]) for one in ("members_from", "members_to")}


def fits(audience: Document | None) -> bool:
    """Whether the form can say an audience: of several governorates, or by file, it is kept as it is."""
    return audience is not None and all(len(audience[one]) <= 1 for one in ("governorates", "districts"))


def _kept(fields: Mapping[str, str]) -> bool:
    return fields.get("audience") == "kept"


def _said(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").strip()


def _value(fields: Mapping[str, str], name: str, kind: str) -> Document | None:
    """The value of a variable; None for what is none of its kind."""
    if kind == "words":
        both = {one: _said(fields, f"value.{name}.{one}") for one in LANGUAGES}
        return {"type": kind, **both} if all(0 < len(one) <= 100 for one in both.values()) else None
    said = normalise_digits(_said(fields, f"value.{name}"))
    if kind == "amount":
        piastres = piastres_of(said)
        return None if piastres is None else {"type": kind, "value": piastres}
    if kind == "count":
        return {"type": kind, "value": int(said)} if _COUNT.fullmatch(said) else None
    if kind == "month":
        found = _MONTH.fullmatch(said)
        year, month = (found[1] or found[4], found[2] or found[3]) if found else ("", "0")
        return {"type": kind, "value": f"{year}-{int(month):02}"} if 1 <= int(month) <= 12 else None
    try:
        return {"type": kind, "value": day_of(said).isoformat()}
    except NotRight:
        return None


def _audience(fields: Mapping[str, str], wrong: dict[str, str]) -> Document:
    found: Document = {}
    for name in ("governorate", "district"):
        if _said(fields, name):
            found[f"{name}s"] = [_said(fields, name)]
    if _said(fields, "language") in LANGUAGES:
        found["language"] = _said(fields, "language")
    if _said(fields, "card") in YES_NO:
        found["card"] = _said(fields, "card") == "yes"
    for name in ("members_from", "members_to"):
        said = normalise_digits(_said(fields, name))
        if said and (not _COUNT.fullmatch(said) or int(said) > _MOST_MEMBERS):
            wrong[name] = "members_unclear"
        elif said:
            found[name] = int(said)
    return found


def _moment(fields: Mapping[str, str], name: str, wrong: dict[str, str]) -> str | None:
    """The instant of a day and an hour in Cairo; a beginning may be left out."""
    day, hour = _said(fields, f"{name}_on"), _said(fields, f"{name}_hour") or "09:00"
    if not day and name == "starts":
        return None
    try:
        return datetime.combine(day_of(day), time.fromisoformat(hour), CAIRO).isoformat()
    except (NotRight, ValueError):
        wrong[f"{name}_on"] = "day_unclear"
        return None
