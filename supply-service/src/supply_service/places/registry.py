"""The terminals in memory: small tables, read again as soon as they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from supply_service.rules.sale import Place


class KnownTerminal(NamedTuple):
    """A terminal, where it stands, and the key it signs with. `sells`: neither it nor its outlet is suspended."""

    place: Place
    active: bool
    public_key: str | None
    sells: bool


# The terminals that changed after a version of `change_counter`.
ChangedSince = Callable[[AsyncSession, int], Awaitable[Sequence[RowMapping]]]


class Registry:
    """One process's copy of the terminals."""

    def __init__(self, changed_since: ChangedSince) -> None:
        """Begin with none; `changed_since` reads them."""
        self.version = 0
        self._changed_since = changed_since
        self._terminals: dict[UUID, KnownTerminal] = {}

    def find(self, terminal_id: UUID) -> KnownTerminal | None:
        """A terminal, or None where it is not known here (yet)."""
        return self._terminals.get(terminal_id)

    async def refresh(self, sessions: async_sessionmaker[AsyncSession], version: int = 0) -> None:
        """Read what changed since the last time. `version`: what the counter stood at before."""
        async with sessions() as session:
            rows = await self._changed_since(session, self.version)
        for row in rows:
            # The driver's own kind of UUID would not go into JSON as it is.
            terminal_id, outlet_id = UUID(int=row["terminal_id"].int), UUID(int=row["outlet_id"].int)
            place = Place(terminal_id, outlet_id, row["kind"], row["governorate"], row["district"], row["trial"])
            active = row["status"] == "active"
            sells = active and not row["outlet_suspended"]
            self._terminals[place.terminal_id] = KnownTerminal(place, active, row["public_key"], sells)
        self.version = max(self.version, version, *(row["changed"] for row in rows))
