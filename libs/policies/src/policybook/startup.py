"""How a service opens its book of policies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from chassis.clock import business_day
from chassis.runtime import Resources
from policybook import entry
from policybook.book import PolicyBook
from policybook.keys import Keys
from policybook.snapshot import Snapshot

F = TypeVar("F")


def whole_book(book: PolicyBook, _: date) -> PolicyBook:
    """Nothing is compiled: the figures of any day are looked up in the book itself."""
    return book


async def open_book(
    resources: Resources, folder: Path, keys: Keys, read: Callable[[PolicyBook, date], F]
) -> Snapshot[F]:
    """Enter a folder's files and read the book; `read` compiles the figures of a day. Raises PolicyFileError."""
    today = business_day(resources.clock.now())
    async with resources.sessions() as session, session.begin():
        await entry.enter_files(session, folder, keys, read, today)
    snapshot = Snapshot(read)
    await snapshot.refresh(resources)
    return snapshot
