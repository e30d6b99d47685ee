"""Cursors of sorted lists: the value a page ended with and the id beside it, opaque to whoever goes on with them."""

from __future__ import annotations

import base64
import binascii
from typing import Final, NamedTuple
from uuid import UUID

PATTERN: Final = r"^[A-Za-z0-9_-]*$"


class Cursor(NamedTuple):
    """Where a page ended: the sorted column's value as text, and the household."""

    value: str
    household_id: UUID


def written(cursor: Cursor) -> str:
    """A cursor as it is given out."""
    plain = f"{cursor.household_id.hex}{cursor.value}".encode()
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def read(text: str) -> Cursor | None:
    """A cursor that was given out, None for the beginning. Raises ValueError for what is none."""
    if not text:
        return None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not a cursor") from error
    if "\x00" in plain:
        raise ValueError("not a cursor")
    return Cursor(plain[32:], UUID(hex=plain[:32]))


def of_sort(cursor: Cursor, sort: str) -> Cursor:
    """The same cursor, which must be of that order. Raises ValueError for one of another."""
    if sort.removeprefix("-") != "district" and not (cursor.value.isascii() and cursor.value.isdigit()):
        raise ValueError("a cursor of another order")
    return cursor
