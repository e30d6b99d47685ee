"""The policies in memory: the hot path looks here, never into the database."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.logging import get_logger
from supply_service.policies import repository
from supply_service.policies.book import PolicyBook
from supply_service.rules.figures import FiguresByDay

log = get_logger(__name__)


class Snapshot:
    """One process's copy of the books, replaced whole when they changed."""

    def __init__(self, book: PolicyBook) -> None:
        """Begin with a book that was read."""
        self.figures = FiguresByDay(book)

    @property
    def book(self) -> PolicyBook:
        """The policies as this process knows them."""
        return self.figures.book

    async def refresh(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        """Read the books again."""
        async with sessions() as session:
            book = await repository.read_book(session)
        self.figures = FiguresByDay(book)
        log.info("policies read", version=book.version, rows=len(book.policies))
