"""The policies and the catalogue in memory: the hot path looks here, never into the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from policybook import snapshot
from policybook.book import PolicyBook
from supply_service.policies import catalogue
from supply_service.rules.figures import Figures, read_figures


class Snapshot(snapshot.Snapshot[Figures]):
    """One process's copy of the book, replaced whole when it changed."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__(partial(read_figures, items={}))

    async def reader(self, session: AsyncSession) -> Callable[[PolicyBook, date], Figures]:
        """Compile a day's figures with the catalogue beside them."""
        return partial(read_figures, items=await catalogue.items(session))
