"""What became of each row of an import: its line, the sender's reference, the ids it was given or why it was refused.

Kept sealed, a value for each chunk, since a reference may be anybody's number; given back as pages, CSV or NDJSON.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple
from uuid import UUID

import orjson

from card_service.registry.reasons import reason
from card_service.sealing import RESULT
from chassis.sealing import Vault
from chassis.spreadsheets import neutral

State = Literal["registered", "joined", "requested", "rejected"]
COLUMNS: Final = (
    "row", "household_ref", "state", "household_id", "citizen_id", "field", "code", "reason", "reason_ar",
    "request_id", "duplicates",
)  # fmt: skip

Likely = Mapping[UUID, Sequence[UUID]]
"""The open pairs of likely duplicates by citizen."""


class Outcome(NamedTuple):
    """What became of a row."""

    row: int
    household_ref: str
    state: State
    household_id: str | None
    citizen_id: str | None
    field: str | None
    code: str | None
    request_id: str | None = None


def _purpose(first_row: int) -> bytes:
    return RESULT + str(first_row).encode()


def sealed(vault: Vault, import_id: UUID, outcomes: Iterable[Outcome]) -> tuple[int, int, bytes]:
    """The outcomes of a chunk as they are kept, in the order of rows: first row, last row, sealed bytes."""
    rows = sorted(outcomes)
    first, last = rows[0].row, rows[-1].row
    return (
        first,
        last,
        vault.seal(import_id, zlib.compress(orjson.dumps([tuple(row) for row in rows]), 1), _purpose(first)),
    )


def opened(vault: Vault, import_id: UUID, first_row: int, kept: bytes) -> list[Outcome]:
    """What `sealed` was given. Raises chassis.sealing.SealBroken."""
    plain = zlib.decompress(vault.open(import_id, kept, _purpose(first_row)))
    return [Outcome(*row) for row in orjson.loads(plain)]


def as_ndjson(outcomes: Iterable[Outcome], likely: Likely) -> bytes:
    """One object a row."""
    return b"".join(orjson.dumps(told(one, likely), option=orjson.OPT_APPEND_NEWLINE) for one in outcomes)


def as_csv(outcomes: Iterable[Outcome], likely: Likely) -> bytes:
    """CSV for a spreadsheet: UTF-8 with a mark, every cell quoted, none that it would carry out as a formula."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_guarded(cell) for cell in told(one, likely).values()] for one in outcomes)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def told(one: Outcome, likely: Likely) -> dict[str, object]:
    """A row as callers get it, in a list and in a file."""
    english, arabic = (None, None) if one.code is None else reason(one.code)
    return {
        "row": one.row,
        "household_ref": one.household_ref,
        "state": one.state,
        "household_id": one.household_id,
        "citizen_id": one.citizen_id,
        "field": one.field,
        "code": one.code,
        "reason": english,
        "reason_ar": arabic,
        "request_id": one.request_id,
        "duplicates": [] if one.citizen_id is None else [str(pair) for pair in likely.get(UUID(one.citizen_id), ())],
    }


def _guarded(cell: object) -> str:
    text = " ".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell)
    return neutral(text)
