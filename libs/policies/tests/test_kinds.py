"""What a policy's value may be: numbers, words and days as they are said, and nothing that is merely read as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from policybook import kinds
from policybook.book import MOST, PolicyInvalid
from policybook.files import PolicyEntry

ENTRY = {
    "key": "k", "value": 1, "effective_from": "2026-12-01", "legal_reference": "law", "source": "s",
    "confidence": "sourced",
}  # fmt: skip
ODD_NUMBERS: list[Any] = [
    True, False, None, 7.5, 1e400, float("nan"), "", " ", " 7", "7 ", "+7", "1_000", "1e3", "1E+400", "0x10", "NaN",
    "Infinity", "-", ".5", "5.", "٧", "７", "7\u200b", "\ud800", "7" * 40, 10**400, -(10**400), MOST + 1, [], [7], {},
]  # fmt: skip


class Bounds(BaseModel):
    least: int
    open: bool
    note: str = ""


@pytest.mark.parametrize("kind", [kinds.whole, kinds.positive, kinds.decimal, kinds.share, kinds.Steps.of])
@pytest.mark.parametrize("value", ODD_NUMBERS, ids=repr)
def test_a_number_is_written_with_digits_and_a_point(kind: Callable[[Any, str], object], value: object) -> None:
    with pytest.raises(PolicyInvalid):
        kind(value, "k")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (kinds.whole, 7), (kinds.whole, "7"), (kinds.whole, "7.0"), (kinds.decimal, "-265.00"), (kinds.share, "0.05"),
        (kinds.decimal, MOST), (kinds.text, "bread"), (kinds.day, "2026-11-05"), (kinds.truth, False),
        (kinds.mapping(Bounds), {"least": 1, "open": True}),
    ],
)  # fmt: skip
def test_what_is_plain_is_taken(kind: Callable[[Any, str], object], value: object) -> None:
    kind(value, "k")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (kinds.text, ""), (kinds.text, "  "), (kinds.text, "\u200b\u2060"), (kinds.text, 7),
        (kinds.words, ["bread", "\u00ad"]), (kinds.words, "bread"), (kinds.words, [True]),
        (kinds.day, 20261105), (kinds.day, "20261105"), (kinds.day, "2026-W45-4"), (kinds.day, "2026-13-01"),
        (kinds.day, "٢٠٢٦-١١-٠٥"), (kinds.truth, 1), (kinds.truth, "true"), (kinds.numbers, [1, True]),
        (kinds.mapping(Bounds), {"least": "1", "open": True}), (kinds.mapping(Bounds), {"least": 1.0, "open": True}),
        (kinds.mapping(Bounds), {"least": True, "open": True}), (kinds.mapping(Bounds), {"least": 1, "open": "yes"}),
        (kinds.mapping(Bounds), {"least": 1, "open": True, "note": "\x00"}), (kinds.mapping(Bounds), []),
    ],
)  # fmt: skip
def test_what_is_merely_read_as_one_is_refused(kind: Callable[[Any, str], object], value: object) -> None:
    with pytest.raises(PolicyInvalid):
        kind(value, "k")


@pytest.mark.parametrize(
    "value",
    [7.0, 1e400, 10**400, {"a": [10**400]}, "\ud800", ["a\x00"], {"a": {"b": "\ud800"}}, {"\ud800": 1}],
    ids=repr,
)
def test_a_row_on_record_keeps_only_what_can_be_told_again(value: object) -> None:
    """No kind reads it, and still it is stored, shown and hashed."""
    with pytest.raises(ValidationError):
        PolicyEntry.model_validate({**ENTRY, "value": value, "on_record": True})
