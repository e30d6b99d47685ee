"""The project's own policies, read once."""

from __future__ import annotations

import pytest

from health_service import POLICIES
from health_service.rules.figures import Figures, read_figures
from health_service.rules.keys import KEYS
from policybook.book import PolicyBook
from policybook.days import ByDay
from policybook.files import read_policies


@pytest.fixture(scope="session")
def book() -> PolicyBook:
    return PolicyBook.of(read_policies(POLICIES, KEYS))


@pytest.fixture(scope="session")
def figures(book: PolicyBook) -> ByDay[Figures]:
    return ByDay(book, read_figures, most_days=10_000)
