"""The project's own policies, read once."""

from __future__ import annotations

import pytest

from supply_service import POLICIES
from supply_service.policies.book import PolicyBook
from supply_service.policies.files import read_items, read_policies
from supply_service.rules.figures import FiguresByDay


@pytest.fixture(scope="session")
def book() -> PolicyBook:
    return PolicyBook.of(read_policies(POLICIES), read_items(POLICIES))


@pytest.fixture(scope="session")
def figures(book: PolicyBook) -> FiguresByDay:
    return FiguresByDay(book)
