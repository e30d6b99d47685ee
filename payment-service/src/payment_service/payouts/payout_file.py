"""CSV reader of a payout file (citizen_id, amount, item_reference): all of it is right, or none of it is taken."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from uuid import UUID

from asyncpg.pgproto import pgproto
from pydantic import JsonValue

from payment_service.errors import NotPayoutItems

COLUMNS = ["citizen_id", "amount", "item_reference"]
MAX_REFERENCE = 64
MAX_AMOUNT = 10**12
SHOWN_FAULTS = 50

Rows = tuple[Sequence[str], Sequence[UUID], Sequence[int]]


def read(body: bytes) -> Rows:
    """References, citizens and amounts in piastres. Raises NotPayoutItems naming the faulty rows."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotPayoutItems("The file is not UTF-8 text.") from error
    return _at_once(text) or _row_by_row(_lines(text))


def _at_once(text: str) -> Rows | None:
    """What the rows hold where nothing is quoted and nothing wrong with any of them, found out column by column."""
    header, _, rest = text.removesuffix("\n").partition("\n")
    lines = rest.split("\n")
    if header != ",".join(COLUMNS) or '"' in rest or "\r" in rest or any(line.count(",") != 2 for line in lines):
        return None
    cells = rest.replace("\n", ",").split(",")
    citizens, amounts, references = cells[0::3], cells[1::3], cells[2::3]
    try:
        ids, numbers = [pgproto.UUID(citizen) for citizen in citizens], [int(amount) for amount in amounts]
    except ValueError:
        return None
    digits = "".join(amounts)
    fine = (
        digits.isascii() and digits.isdigit() and min(numbers) > 0 and max(numbers) <= MAX_AMOUNT
        and min(map(len, references)) > 0 and max(map(len, references)) <= MAX_REFERENCE
        and all(map(str.isprintable, references)) and len(set(references)) == len(references)
    )  # fmt: skip
    return (references, ids, numbers) if fine else None


def _lines(text: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text), strict=True)
    try:
        if next(lines, None) != COLUMNS:
            raise NotPayoutItems(f"The first line must be {','.join(COLUMNS)}.")
        return list(lines)
    except csv.Error as error:
        raise NotPayoutItems(f"The file is not CSV: {error}.") from error


def _row_by_row(lines: list[list[str]]) -> Rows:
    references: list[str] = []
    citizens: list[UUID] = []
    amounts: list[int] = []
    faults: list[JsonValue] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=2):
        try:
            citizen, amount, reference = line
            citizens.append(UUID(citizen))
            amounts.append(_amount(amount))
            references.append(_reference(reference, seen))
        except ValueError as error:
            faults.append({"row": number, "reason": _reason(line, error)})
    if faults:
        raise NotPayoutItems(
            f"{len(faults)} rows are wrong; nothing was taken.",
            detail_ar="توجد صفوف غير صحيحة ولم يتم قبول الملف",
            rows=faults[:SHOWN_FAULTS],
        )
    if not references:
        raise NotPayoutItems("The file holds no payouts.")
    return references, citizens, amounts


def _amount(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= MAX_AMOUNT:
        raise ValueError("amount must be whole piastres above zero")
    return int(text)


def _reference(text: str, seen: set[str]) -> str:
    if not 0 < len(text) <= MAX_REFERENCE or not text.isprintable():
        raise ValueError(f"item_reference must have 1 to {MAX_REFERENCE} printable characters")
    if text in seen:
        raise ValueError("item_reference stands twice in the file")
    seen.add(text)
    return text


def _reason(line: list[str], error: ValueError) -> str:
    if len(line) != len(COLUMNS):
        return f"{len(line)} fields instead of {len(COLUMNS)}"
    return "citizen_id is not an id" if "UUID" in str(error) else str(error)
