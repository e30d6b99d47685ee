"""Policies of a service that looks its figures up as it needs them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from chassis.clock import business_day
from chassis.runtime import Resources
from policybook import entry
from policybook.book import PolicyBook
from policybook.keys import Keys
from policybook.snapshot import Snapshot


def whole_book(book: PolicyBook, _: date) -> PolicyBook:
    """Nothing is compiled: the figures of any day are looked up in the book itself."""
    return book


async def open_book(resources: Resources, folder: Path, keys: Keys) -> Snapshot[PolicyBook]:
    """Enter a folder's files and read the book. Raises PolicyFileError."""
    today = business_day(resources.clock.now())
    async with resources.sessions() as session, session.begin():
        await entry.enter_files(session, folder, keys, whole_book, today)
    snapshot = Snapshot(whole_book)
    await snapshot.refresh(resources)
    return snapshot
