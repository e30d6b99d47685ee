"""How a system stands, and what it may be given at all. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from contracts.clients import DECIDING, GRANTABLE
from staff_console.documents import Document

_SOON: Final = timedelta(days=30)


def state_of(client: Document, now: datetime) -> str:
    """`suspended`; `ended` or `ending` by its own end or its secret's, the earlier of them; else `works`."""
    if client["suspended_at"] is not None:
        return "suspended"
    ends = [datetime.fromisoformat(client[name]) for name in ("expires_at", "secret_expires_at") if client[name]]
    if not ends:
        return "works"
    first = min(ends)
    return "ended" if first <= now else "ending" if first <= now + _SOON else "works"


def grantable(owner: str, held: Iterable[str] = ()) -> list[str]:
    """The scopes that systems of an authority may be given, with those that one has already."""
    known = {str(scope) for scope in GRANTABLE.get(owner, frozenset()) if scope not in DECIDING}
    return sorted(known | set(held))
