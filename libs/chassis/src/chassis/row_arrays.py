"""Set-based statements (bulk insert, upsert, update): rows go in as parallel arrays, one bound parameter a column.

One statement for a thousand rows is planned once, has the same text for any number of rows, and locks in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from sqlalchemy import TextClause, text

ROWS = "<rows>"
NUMBERED = "<numbered rows>"


def statement(sql: str, **columns: str) -> TextClause:
    """A statement in which `<rows>` stands for bound arrays, one per column of the given type, as rows `r`.

    `<numbered rows>` is the same with the rows' place among them, from 1 on, as the last column `n`.
    """
    return text(with_rows(sql, **columns))


def with_rows(sql: str, **columns: str) -> str:
    """The SQL of such a statement. Raises ValueError where nothing in it stands for the rows."""
    if ROWS not in sql and NUMBERED not in sql:
        raise ValueError(f"neither {ROWS} nor {NUMBERED} stands in the statement")
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    names = ", ".join(columns)
    return sql.replace(NUMBERED, f"unnest({arrays}) WITH ORDINALITY AS r ({names}, n)").replace(
        ROWS, f"unnest({arrays}) AS r ({names})"
    )


def positional(first: int, **columns: str) -> str:
    """The rows for the driver's own statements: arrays as parameters numbered from `first` on. An alias may follow."""
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), first))
    return f"unnest({arrays})"


def transposed(rows: Iterable[object], *names: str) -> dict[str, list[object]]:
    """Rows column by column, as such a statement takes them: the attributes `names` of each."""
    of = list(rows)
    return {name: list(map(attrgetter(name), of)) for name in names}


def columns(rows: Iterable[Sequence[object]], *names: str) -> dict[str, list[object]]:
    """The same of rows that are tuples of such values, in the order of `names`."""
    of = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: list(column) for name, column in zip(names, of, strict=True)}
