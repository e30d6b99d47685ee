"""The project's own policies, read once."""

from __future__ import annotations

import pytest

from health_service import POLICIES
from health_service.policies.book import PolicyBook
from health_service.policies.files import read_policies
from health_service.rules.figures import FiguresByDay


@pytest.fixture(scope="session")
def book() -> PolicyBook:
    return PolicyBook.of(read_policies(POLICIES))


@pytest.fixture(scope="session")
def figures(book: PolicyBook) -> FiguresByDay:
    return FiguresByDay(book, most_days=10_000)
