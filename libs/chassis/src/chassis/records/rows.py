"""Rows of the record (audit entries), the statement that appends them, and the bytes of one that the chain covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from chassis.connections import SqlConnection
from chassis.row_arrays import positional, transposed


@dataclass(frozen=True, slots=True)
class Record:
    """One act on one subject.

    `who` through which client, in which session, for which office, of which `kind` and `roles`; `purpose` and
    `case_number` as the caller said them; `request_id` our own, of which there are as many rows as subjects;
    `operation`: method and path; `action`: read or change; `outcome`: done, or the code of the refusal;
    `classes`: of personal data; `object_kind`, `object_id`: what the path names;
    `before`, `after`: what changed, sealed under the key of `citizen_id`.
    """

    record_id: UUID
    at: datetime
    who: str
    kind: str
    through: str | None
    session: str | None
    office: str | None
    roles: str
    purpose: str | None
    case_number: str | None
    request_id: UUID
    operation: str
    action: str
    outcome: str
    classes: str
    object_kind: str | None
    object_id: str | None
    citizen_id: UUID | None
    household_id: UUID | None
    card_id: UUID | None
    before: bytes | None = None
    after: bytes | None = None


COLUMNS: Final = tuple(field.name for field in fields(Record))
READ: Final = "read"
CHANGE: Final = "change"
DONE: Final = "done"
LIST: Final = ", ".join(COLUMNS)

_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("record_id", "request_id", "citizen_id", "household_id", "card_id"), "uuid"),
    **dict.fromkeys(("before", "after"), "bytea"),
    "at": "timestamptz",
}


def appended(first: int) -> str:
    """Parts of a WITH clause that append records beside what else a statement does.

    Their parameters are numbered from `first` on: `columns` of the records. Rows wait in `record_pending` until the
    chain has taken them up.
    """
    rows = positional(first, **{name: _TYPES.get(name, "text") for name in COLUMNS})
    return (
        f"entered AS (INSERT INTO record ({LIST}) SELECT * FROM {rows} RETURNING record_id, at),"  # noqa: S608
        " awaiting AS (INSERT INTO record_pending (record_id, at) SELECT record_id, at FROM entered)"
    )


def columns(records: Sequence[Record]) -> list[list[object]]:
    """Records column by column, as `appended` takes them."""
    return list(transposed(records, *COLUMNS).values())


APPEND: Final = f"WITH {appended(1)} SELECT"


async def append(connection: SqlConnection, records: Sequence[Record]) -> None:
    """Append rows in the connection's transaction."""
    if records:
        await connection.execute(APPEND, *columns(records))


def covered(position: int, values: Iterable[object]) -> bytes:
    """The bytes of a row at a position of the chain: every value with its length, what is absent told from empty."""
    parts = bytearray(position.to_bytes(8, "big"))
    for value in values:
        encoded = _encoded(value)
        parts += b"\x00" if encoded is None else b"\x01" + len(encoded).to_bytes(4, "big") + encoded
    return bytes(parts)


def _encoded(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").encode()
    return str(value).encode()
