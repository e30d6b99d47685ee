"""Arabic plurals as CLDR has them."""

from __future__ import annotations

import pytest

from chassis.plurals import arabic


@pytest.mark.parametrize(
    ("number", "category"),
    [
        (0, "zero"), (1, "one"), (2, "two"), (3, "few"), (10, "few"), (11, "many"), (99, "many"), (100, "other"),
        (101, "other"), (102, "other"), (103, "few"), (110, "few"), (111, "many"), (200, "other"), (1003, "few"),
        (-3, "few"),
    ],
)  # fmt: skip
def test_a_number_has_its_category(number: int, category: str) -> None:
    assert arabic(number) == category
