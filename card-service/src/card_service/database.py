"""Rows as records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Row

T = TypeVar("T")


def record(kind: Callable[..., T], row: Row[Any], **changed: object) -> T:
    """A row as a record whose fields are named like its columns; `changed` replaces or adds fields."""
    return kind(**{**row._mapping, **changed})
