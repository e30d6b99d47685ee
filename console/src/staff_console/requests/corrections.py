"""The corrections that a clerk asks for on a form: of one field each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from chassis.text import normalise_digits
from staff_console.documents import Document

CORRECTIONS: Final = ("correct_name", "correct_birth", "correct_sex", "correct_address")
_DATE: Final = re.compile(r"(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4})")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{2,119}")


@dataclass
class NotRight(Exception):
    """A field is not right; `text` names the words that say what would be."""

    field: str
    text: str


def asked(fields: Mapping[str, str], person: Document, today: date) -> Document:
    """The request of a form. Raises NotRight."""
    kind, value = fields.get("kind", ""), fields.get("value", "").strip()
    reference = fields.get("reference", "").strip()
    if kind not in CORRECTIONS:
        raise NotRight("kind", "correction_missing")
    if not value:
        raise NotRight("value", "value_missing")
    if not _REFERENCE.fullmatch(reference):
        raise NotRight("reference", "reference_missing")
    change: Document = {
        "kind": kind,
        "household_id": person["household_id"],
        "fact_on": today.isoformat(),
        **_value(kind, value),
    }
    if kind != "correct_address":
        change["citizen_id"] = person["citizen_id"]
    return {"change": change, "archive_references": [reference]}


def _value(kind: str, value: str) -> dict[str, str]:
    if kind == "correct_name":
        return {"full_name": value}
    if kind == "correct_birth":
        return {"birth_date": day_of(value).isoformat()}
    if kind == "correct_sex":
        known = {"ذكر": "male", "male": "male", "أنثى": "female", "انثى": "female", "female": "female"}
        if value.lower() not in known:
            raise NotRight("value", "sex_unclear")
        return {"sex": known[value.lower()]}
    return {"address": value}


def day_of(text: str) -> date:
    """A day written as day, month and year, in either kind of digits. Raises NotRight."""
    found = _DATE.fullmatch(normalise_digits(text))
    if found is None:
        raise NotRight("value", "day_unclear")
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise NotRight("value", "day_unclear") from None
