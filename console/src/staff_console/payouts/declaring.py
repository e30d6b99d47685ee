"""What a maker declares of a batch, read from a form as people type it: in pounds, by month or by day."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from chassis.text import normalise_digits
from staff_console.documents import Document
from staff_console.payouts.amounts import piastres_of

_REFERENCE: Final = re.compile(r"[A-Za-z0-9:_./-]{1,64}")
_MONTH: Final = re.compile(r"(0?[1-9]|1[0-2])[/\-. ](2\d{3})")
_MONTH_FIRST_YEAR: Final = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")
_DAY: Final = re.compile(r"(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4})")
_MOST_PAYMENTS: Final = 10**8
# By which number a payee may be named, as the columns of a file are.
PAYEES: Final = ("national_id", "card_number", "citizen_id", "card_id")


@dataclass
class Declared:
    """The body of a call, and by field the words that say what would be right."""

    body: Document = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def batch_of(fields: Mapping[str, str], programmes: Collection[str]) -> Declared:
    """A new batch: reference, programme, month or day, count and total."""
    said = _named(fields)
    programme = fields.get("programme", "")
    if programme in programmes:
        said.body["programme"] = programme
    else:
        said.errors["programme"] = "programme_missing"
    _totals(fields, said)
    return said


def totals_of(fields: Mapping[str, str]) -> Declared:
    """Another count and total."""
    said = Declared()
    _totals(fields, said)
    return said


def retry_of(fields: Mapping[str, str]) -> Declared:
    """A batch of what has failed in another: its reference, and when."""
    return _named(fields)


def correction_of(fields: Mapping[str, str]) -> Declared:
    """Another amount or payee of a payout, or both; what is left empty stays."""
    said, typed = Declared(), {name: fields.get(name, "").strip() for name in ("amount", "payee", "number")}
    if typed["amount"]:
        _amount(typed["amount"], said)
    if typed["number"]:
        _payee(typed["payee"], typed["number"], said)
    if not said.body and not said.errors:
        said.errors["amount"] = "nothing_corrected"
    return said


def row_of(fields: Mapping[str, str]) -> tuple[str, Declared]:
    """A row of a file, with its header, as the service reads one."""
    said = Declared()
    _amount(fields.get("amount", ""), said)
    _payee(fields.get("payee", ""), fields.get("number", ""), said)
    reference = normalise_digits(fields.get("item_reference", "").strip())
    if not _REFERENCE.fullmatch(reference):
        said.errors["item_reference"] = "reference_unclear"
    if said.errors:
        return "", said
    payee = next(name for name in PAYEES if name in said.body)
    return f"{payee},amount,item_reference\n{said.body[payee]},{said.body['amount']},{reference}\n", said


def _named(fields: Mapping[str, str]) -> Declared:
    said = Declared()
    reference = normalise_digits(fields.get("reference", "").strip())
    if _REFERENCE.fullmatch(reference):
        said.body["reference"] = reference
    else:
        said.errors["reference"] = "reference_unclear"
    month, day = (normalise_digits(fields.get(name, "").strip()) for name in ("month", "value_date"))
    if month and day:
        said.errors["value_date"] = "month_or_day"
    elif month:
        _put(said, "month", _month(month), "month_unclear")
    elif day:
        _put(said, "value_date", _day(day), "day_unclear")
    return said


def _totals(fields: Mapping[str, str], said: Declared) -> None:
    count = normalise_digits(re.sub(r"[\s,،٬]", "", fields.get("declared_count", "")))
    known = int(count) if count.isascii() and count.isdigit() and len(count) < 10 else 0
    _put(said, "declared_count", known if 0 < known <= _MOST_PAYMENTS else None, "count_unclear")
    _put(said, "declared_total", piastres_of(fields.get("declared_total", "")) or None, "amount_unclear")


def _amount(typed: str, said: Declared) -> None:
    _put(said, "amount", piastres_of(typed) or None, "amount_unclear")


def _payee(kind: str, typed: str, said: Declared) -> None:
    number = re.sub(r"[\s-]", "", typed) if kind in {"national_id", "card_number"} else typed.strip()
    number = normalise_digits(number)
    if kind not in PAYEES:
        said.errors["payee"] = "payee_kind_missing"
    _put(
        said,
        kind,
        number if number and len(number) <= 40 and re.fullmatch(r"[\w-]+", number) else None,
        "payee_unclear",
    )
    if kind in said.errors:
        said.errors["number"] = said.errors.pop(kind)


def _put(said: Declared, name: str, value: str | int | None, wrong: str) -> None:
    if value is None:
        said.errors[name] = wrong
    else:
        said.body[name] = value


def _month(text: str) -> str | None:
    """A month as `12/2026` or `2026-12`."""
    found = _MONTH.fullmatch(text)
    if found is not None:
        return f"{found[2]}-{int(found[1]):02}"
    return text if _MONTH_FIRST_YEAR.fullmatch(text) else None


def _day(text: str) -> str | None:
    found = _DAY.fullmatch(text)
    try:
        known = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        return None
    return known.isoformat()
