"""One process's copy of the book: rules look here, never into the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.logging import get_logger
from chassis.periodic import Periodic
from chassis.runtime import Resources
from policybook import store
from policybook.book import PolicyBook
from policybook.days import ByDay

log = get_logger(__name__)

F = TypeVar("F")
R = TypeVar("R", bound=Resources)

REFRESH_SECONDS = 0.5  # how often a process looks whether the policies have changed


class Snapshot(Generic[F]):
    """The book with the figures of its days, replaced whole when a newer version was committed."""

    def __init__(self, read: Callable[[PolicyBook, date], F]) -> None:
        """Begin empty; `read` compiles the figures of a day."""
        self._read = read
        self.figures = ByDay(PolicyBook.of(()), read)

    @property
    def book(self) -> PolicyBook:
        """The policies as this process knows them."""
        return self.figures.book

    async def refresh(self, runtime: Resources) -> None:
        """Read the book again where its version has grown."""
        if await runtime.pool.fetchval(store.VERSION) == self.book.version:
            return
        async with runtime.sessions() as session:
            book = await store.read_book(session)
            self.figures = ByDay(book, await self.reader(session))
        log.info("policies read", version=book.version, rows=len(book.policies))

    async def reader(self, session: AsyncSession) -> Callable[[PolicyBook, date], F]:
        """What compiles the figures of a day; whoever needs more than the book reads it here, with the same session."""
        return self._read


def kept_fresh(snapshot: Callable[[R], Snapshot[F]]) -> Periodic[R]:
    """The job of every process that answers by its book: what is put in force, it knows within a second."""

    async def refresh(runtime: R) -> None:
        await snapshot(runtime).refresh(runtime)

    return Periodic("policies", refresh, REFRESH_SECONDS)
