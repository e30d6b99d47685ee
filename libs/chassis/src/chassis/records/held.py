"""Data subject access (Law 151 of 2020): which tables of a service hold data on persons, and what they hold on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

import orjson

from chassis.connections import SqlConnection
from chassis.personal import Personal, Whose
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending, Stays
from chassis.records.reading import About
from chassis.runtime import Resources

_MOST_ROWS: Final = 10_000


class Open(Protocol):
    """Opens what is sealed in a row, or says None where it cannot be opened any more."""

    def __call__(self, runtime: Any, row: Mapping[str, Any], sealed: bytes) -> object:
        """The value in clear."""


@dataclass(frozen=True)
class Erasing:
    """Classes of data in a table that a person's erasure takes away: the statements take the citizen's id as `$1`.

    Where they change nothing, the data are kept by the table's basis: a statement has in it when the law allows.
    `partly`: what they take away is not all of these classes, the rest is kept by the basis too.
    """

    classes: tuple[Personal, ...]
    statements: tuple[str, ...]
    partly: bool = False


@dataclass(frozen=True, kw_only=True)
class HeldIn:
    """A table that holds personal data: by which columns a person is found in it, which class of data it is.

    `basis`: the legal basis of the processing; `retention`: the class by which it is decided how long they are kept;
    `ends`: how rows end when the time of their class is over, where a job does it; `stays`: why none ever do;
    `erases`: what a person's erasure takes away of it, nothing where a law keeps it all.
    `without`: columns that are no data on anybody (hashes for look-ups). `sealed`: columns and what opens them.
    `source`: what stands for the table where rows are found through another (`FROM`-clause with the alias `t`).
    """

    whose: Mapping[str, Whose]
    classes: tuple[Personal, ...]
    basis: Basis
    retention: Retention
    erases: tuple[Erasing, ...] = ()
    ends: Ending | None = None
    stays: Stays | None = None
    without: tuple[str, ...] = ()
    sealed: Mapping[str, Open] = field(default_factory=dict)
    source: str = ""


Held = Mapping[str, HeldIn]

_PARAMETER: Final = {Whose.CITIZEN: "$1::uuid[]", Whose.CARD: "$2::uuid[]", Whose.HOUSEHOLD: "$3::uuid[]"}


def statement(table: str, one: HeldIn) -> str:
    """Gives the rows of a table that are about a person, as JSON."""
    left_out = "".join(f" - '{name}'" for name in one.without)
    return f"SELECT to_jsonb(t){left_out} {_rows_of(table, one)} LIMIT {_MOST_ROWS}"


def count_of(table: str, one: HeldIn) -> str:
    """Counts the rows of a table that are about a person."""
    return f"SELECT count(*) {_rows_of(table, one)}"


def _rows_of(table: str, one: HeldIn) -> str:
    mine = " OR ".join(f"t.{column} = ANY({_PARAMETER[whose]})" for column, whose in one.whose.items())
    known = " AND ".join(f"{parameter} IS NOT NULL" for parameter in _PARAMETER.values())
    source = one.source or f"{table} t"
    return f"FROM {source} WHERE {known} AND ({mine})"


def ids_of(about: About) -> tuple[list[UUID], list[UUID], list[UUID]]:
    """A person's ids as the statements take them."""
    return [about.citizen_id], list(about.card_ids), list(about.household_ids)


async def held_on(
    connection: SqlConnection, runtime: Resources, held: Held, about: About
) -> dict[str, list[dict[str, Any]]]:
    """All that is held on a person, by table; what is sealed is opened, or named as sealed."""
    ids = ids_of(about)
    found: dict[str, list[dict[str, Any]]] = {}
    for table, one in held.items():
        rows = [_row(row[0]) for row in await connection.fetch(statement(table, one), *ids)]
        found[table] = [_opened(runtime, one, row) for row in rows]
    return found


def _row(document: Any) -> dict[str, Any]:
    row: dict[str, Any] = orjson.loads(document) if isinstance(document, str | bytes) else document
    return row


def _opened(runtime: Resources, one: HeldIn, row: dict[str, object]) -> dict[str, object]:
    """A row with its sealed columns opened. JSON writes bytes as `\\x…`."""
    shown = dict(row)
    for column, value in row.items():
        if isinstance(value, str) and value.startswith("\\x"):
            opens: Callable[..., object] | None = one.sealed.get(column)
            shown[column] = opens(runtime, row, bytes.fromhex(value[2:])) if opens else "sealed"
    return shown


def owner(row: Mapping[str, object], column: str) -> UUID:
    """An id in a row of JSON."""
    return UUID(str(row[column]))
