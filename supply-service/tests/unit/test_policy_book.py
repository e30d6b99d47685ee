"""Looking policies up by day and scope, and the project's own files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from supply_service import POLICIES
from supply_service.policies.book import Policy, PolicyBook, PolicyInvalid, PolicyMissing
from supply_service.policies.files import PolicyFileError, read_items, read_policies
from supply_service.rules.figures import FiguresByDay, Limit, Steps

DAY = date(2026, 11, 5)
ROW = Policy(
    "k", {}, 1, None, date(2026, 1, 1), None, "law", "source", "sourced", "someone", "someone else"
)  # fmt: skip


def test_the_narrowest_row_of_the_day_decides() -> None:
    book = PolicyBook.of(
        [
            replace(ROW, effective_to=date(2026, 6, 30)),
            replace(ROW, value=2, effective_from=date(2026, 7, 1)),
            replace(ROW, value=3, scope={"item": "sugar"}),
            replace(ROW, value=4, scope={"item": "oil"}, approved_by=None),
        ]
    )
    assert book.value("k", date(2026, 6, 30)) == 1
    assert book.value("k", DAY) == 2
    assert book.value("k", DAY, item="sugar", programme="goods") == 3
    assert book.value("k", DAY, item="oil") == 2
    with pytest.raises(PolicyMissing):
        book.value("k", date(2025, 12, 31))


def test_two_rows_for_one_case_are_refused() -> None:
    book = PolicyBook.of([replace(ROW, scope={"a": "1"}), replace(ROW, scope={"b": "1"})])
    assert book.value("k", DAY, a="1", b="2") == 1
    with pytest.raises(PolicyInvalid):
        book.value("k", DAY, a="1", b="1")


def test_expressions_follow_other_rows_of_the_same_day() -> None:
    wage = replace(ROW, key="wage", value=100, effective_to=date(2026, 6, 30))
    risen = replace(ROW, key="wage", value="150.5", effective_from=date(2026, 7, 1))
    book = PolicyBook.of([wage, risen, replace(ROW, value=None, expression="4 * wage")])
    assert book.value("k", date(2026, 6, 30)) == 400
    assert book.value("k", DAY) == 602
    circle = PolicyBook.of([replace(ROW, value=None, expression="k + 1")])
    with pytest.raises(PolicyInvalid):
        circle.value("k", DAY)


def test_the_projects_policies_hold_on_every_day(figures: FiguresByDay) -> None:
    day = date(2023, 6, 1)
    while day < date(2027, 2, 1):
        today = figures.on(day)
        assert today.loaf_price == (5 if day < date(2024, 6, 1) else 20)
        assert today.daily_loaves(12) == 60
        day += timedelta(days=1)
    assert figures.on(DAY).allowance.total(6) == 25000
    assert figures.on(DAY).household_loaves is None
    assert figures.on(date(2024, 7, 1)).open_places["bread"] >= {("02", None), ("15", "baltim")}
    assert not figures.on(DAY).open_places["bread"]


def test_doubts_are_kept_and_not_applied(book: PolicyBook) -> None:
    for policy in book.policies:
        assert policy.legal_reference
        assert policy.source
        if policy.confidence == "unverified":
            assert policy.approved_by is None, policy.key
            assert policy.note or policy.key.startswith("eligibility"), policy.key
    limit = next(p for p in book.policies if p.key == "eligibility.income_limit")
    assert book.resolve(limit, date(2026, 2, 1), {}) == 2_800_000


def test_every_price_is_of_an_item(book: PolicyBook) -> None:
    for policy in book.policies:
        if policy.key == "supply.price":
            assert policy.scope["item"] in book.items


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("policies: [{key: Bad Key}]", "key"),
        ("policies: [{key: a, value: 1.5, effective_from: 2024-01-01}]", "point"),
        ("policies: [{key: a, effective_from: 2024-01-01}]", "value or expression"),
        ("policies: [{key: a, value: 1, effective_from: 2024-01-02, effective_to: 2024-01-01}]", "before"),
        ("policies: [{key: a, value: 1, effective_from: 2024-01-01, extra: 1}]", "extra"),
        (
            "policies: [{key: a, value: 1, effective_from: 2024-01-01},"
            " {key: a, value: 2, effective_from: 2025-01-01}]",
            "two rows",
        ),
        ("policies: [", "cannot be read"),
        ("- 1", "mapping"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    defaults = "defaults: {legal_reference: l, source: s, confidence: sourced, entered_by: e, approved_by: a}\n"
    (tmp_path / "x.yaml").write_text(text if text.startswith("-") else defaults + text)
    with pytest.raises(PolicyFileError, match=words) as refused:
        read_policies(tmp_path)
    assert "x.yaml" in str(refused.value) or "two rows" in words


def test_an_item_stands_once(tmp_path: Path) -> None:
    (tmp_path / "catalogue.yaml").write_text("items: [" + ", ".join(["{item: a, name_ar: ا, name_en: a}"] * 2) + "]")
    with pytest.raises(PolicyFileError):
        read_items(tmp_path)
    assert len(read_items(POLICIES)) >= 15


@pytest.mark.parametrize("value", [{"steps": [[4, 1], [1, 2]]}, {"steps": []}, {"steps": [[1]]}, {}, "x", -1, "1.5"])
def test_steps_must_be_steps(value: Any) -> None:
    with pytest.raises(PolicyInvalid):
        Steps.of(value, "k")


def test_limits() -> None:
    assert Limit.of({"per_person": 1, "per_card": 4}, "k").units(3) == 3
    assert Limit.of({"per_person": 1, "per_card": 4}, "k").units(9) == 4
    assert Limit.of({"steps": [[1, 2], [4, 4]]}, "k").units(4) == 4
    for value in (1, {}, {"per_person": "many"}):
        with pytest.raises(PolicyInvalid):
            Limit.of(value, "k")  # type: ignore[arg-type]  # what a faulty file would bring
