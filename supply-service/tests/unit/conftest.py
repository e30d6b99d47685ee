"""The project's own policies, read once."""

from __future__ import annotations

import pytest

from policybook.book import PolicyBook
from policybook.files import read_policies
from supply_service import POLICIES
from supply_service.policies.catalogue import FILE, read_items
from supply_service.rules.figures import FiguresByDay, figures_by_day
from supply_service.rules.keys import KEYS


@pytest.fixture(scope="session")
def book() -> PolicyBook:
    return PolicyBook.of(read_policies(POLICIES, KEYS, beside=frozenset({FILE})))


@pytest.fixture(scope="session")
def figures(book: PolicyBook) -> FiguresByDay:
    return figures_by_day(book, read_items(POLICIES))
