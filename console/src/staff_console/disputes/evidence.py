"""What a dispute is decided by, as its page shows it: the signed sale in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from staff_console.documents import Document


@dataclass(frozen=True)
class Signed:
    """A sale as its terminal signed it: its number in the chain, when, its lines, and all else to the letter."""

    sequence: int | None
    occurred_at: str
    lines: list[Document]
    document: str


def signed(document: str) -> Signed:
    """The sale of a signed document; what is no such document is shown to the letter alone."""
    try:
        said = orjson.loads(document)
    except orjson.JSONDecodeError:
        said = {}
    known: Mapping[str, object] = said if isinstance(said, dict) else {}
    sequence, lines = known.get("sequence"), known.get("lines")
    return Signed(
        sequence if isinstance(sequence, int) else None,
        str(known.get("occurred_at") or ""),
        [one for one in lines if isinstance(one, dict)] if isinstance(lines, list) else [],
        document,
    )
