"""The rules of the domain through the gateway, example by example: months of households, and health insurance.

All stories are lived at once in one town, day after day; each test looks at what one of them came to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from . import cover, lives
from .conftest import System
from .town import lived, outcome

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outcomes(system: System) -> Iterator[dict[str, Any]]:
    """What every story came to, or what ended it."""
    yield from lived(system, lambda town: lives.stories(town) | cover.stories(town))


@pytest.mark.parametrize("life", lives.LIVES, ids=lambda life: life.example)
def test_a_households_months(outcomes: Mapping[str, Any], life: lives.Life) -> None:
    assert outcome(outcomes, life.example) == dict(life.pots), life.source


@pytest.mark.parametrize("row", lives.NEWBORNS, ids=str)
def test_who_may_add_a_child(outcomes: Mapping[str, Any], row: lives.Newborn) -> None:
    assert outcome(outcomes, str(row)) == row.becomes, lives.DIRECTIVE_51


@pytest.mark.parametrize("example", cover.EXAMPLES, ids=lambda example: example.name)
def test_health_insurance(outcomes: Mapping[str, Any], example: cover.Example) -> None:
    assert outcome(outcomes, example.name) == example.comes_to, example.source
