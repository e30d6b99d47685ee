"""Set-based statements: parallel arrays in, rows out."""

from __future__ import annotations

from sqlalchemy import TextClause, text


def statement(sql: str, **columns: str) -> TextClause:
    """A statement in which `<rows>` stands for bound arrays, one per column of the given type, as rows `r`."""
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    return text(sql.replace("<rows>", f"unnest({arrays}) AS r ({', '.join(columns)})"))
