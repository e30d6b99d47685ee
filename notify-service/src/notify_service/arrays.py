"""Set-based statements: parallel arrays in, rows out."""

from __future__ import annotations

from sqlalchemy import TextClause, text


def statement(sql: str, **columns: str) -> TextClause:
    """A statement in which `<rows>` stands for bound arrays, one per column of the given type, as rows `r`."""
    return text(with_rows(sql, **columns))


def with_rows(sql: str, **columns: str) -> str:
    """The SQL of such a statement."""
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    return sql.replace("<rows>", f"unnest({arrays}) AS r ({', '.join(columns)})")
