"""Policy files are checked strictly, and what is wrong is named by file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from approvals.model import Office
from policybook import kinds
from policybook.book import PolicyBook
from policybook.files import PolicyFileError, read_policies
from policybook.keys import Keys
from policybook.terms import TERMS, terms_on

KEYS = Keys(needed_from=date(2024, 1, 1))
A = KEYS.declare("a", kinds.positive, "A figure of these tests.", scope=("place",))
B = KEYS.declare("b", kinds.words, "A list that need not be there.", needed_for=())
DEFAULTS = "defaults: {legal_reference: l, source: s, confidence: sourced, entered_by: e, approved_by: a}\n"
ROW = "  - {key: a, value: 1, effective_from: 2024-01-01}\n"


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
    (tmp_path / "x.yaml").write_text(text if text.startswith("-") else DEFAULTS + text)
    with pytest.raises(PolicyFileError, match=words) as refused:
        read_policies(tmp_path, KEYS)
    assert "x.yaml" in str(refused.value) or "two rows" in words


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{key: surprise, value: 1, effective_from: 2024-01-01}", "line 4: surprise is a key that no rule reads"),
        ("{key: a, value: 0, effective_from: 2025-01-01}", "line 4: a: it must be 1 or more"),
        ("{key: b, value: x, effective_from: 2025-01-01}", "line 4: b: a list is needed"),
        ("{key: a, value: 1, scope: {palce: x}, effective_from: 2025-01-01}", "never asked for by palce"),
        ("{key: b, value: [x], effective_from: 2025-01-01, on_record: true}", "cannot be on record only"),
        ("{key: a, scope: {place: x}, expression: a * c, effective_from: 2025-01-01}", "no rule declares c"),
        ("{key: a, scope: {place: x}, expression: a *, effective_from: 2025-01-01}", "is not an expression"),
    ],
)
def test_a_row_that_no_rule_can_use_is_named_by_line(tmp_path: Path, row: str, words: str) -> None:
    (tmp_path / "x.yaml").write_text(f"{DEFAULTS}policies:\n{ROW}  - {row}\n")
    with pytest.raises(PolicyFileError, match=words):
        read_policies(tmp_path, KEYS)


def test_rows_on_record_are_read_and_never_asked_for(tmp_path: Path) -> None:
    kept = "  - {key: c, expression: 4 * d, effective_from: 2025-01-01, on_record: true}\n"
    narrow = "  - {key: a, value: none yet, scope: {sort: x}, effective_from: 2025-01-01, on_record: true}\n"
    (tmp_path / "x.yaml").write_text(f"{DEFAULTS}policies:\n{ROW}{kept}{narrow}")
    assert [KEYS.reads(policy) for policy in read_policies(tmp_path, KEYS)] == [True, False, False]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("{key: a, value: 1, effective_from: 2024-01-02}", "no approved policy a .everywhere. on 2024-01-01"),
        ("{key: a, value: 1, effective_from: 2024-01-01, effective_to: 2024-05-31}", "on 2024-06-01"),
        ("{key: a, value: 1, effective_from: 2024-01-01, approved_by: null}", "no approved policy a"),
        ("{key: a, value: 1, scope: {place: x}, effective_from: 2024-01-01}", "no approved policy a"),
        ("{key: a, expression: 0 * 2, effective_from: 2024-01-01}", "1 or more"),
    ],
)
def test_a_key_without_a_value_on_a_day_it_is_needed_is_refused(tmp_path: Path, rows: str, words: str) -> None:
    (tmp_path / "x.yaml").write_text(f"{DEFAULTS}policies:\n  - {rows}\n")
    with pytest.raises(PolicyFileError, match=words):
        read_policies(tmp_path, KEYS)


def test_a_key_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        KEYS.declare("a", kinds.whole, "Once more.")


def test_what_every_service_has_holds_where_a_folder_says_nothing_of_it(tmp_path: Path) -> None:
    keys = Keys(date(2020, 1, 1), TERMS)
    usual = PolicyBook.of(read_policies(tmp_path, keys))
    assert terms_on(usual, "anything", date(2026, 11, 5)).office is Office.ANY
    row = "policies: [{key: approval.office, value: other, effective_from: 2014-01-01, legal_reference: x, source: x,"
    (tmp_path / "own.yaml").write_text(f"{row} confidence: chosen, entered_by: x, approved_by: x}}]", encoding="utf-8")
    own = terms_on(PolicyBook.of(read_policies(tmp_path, keys)), "anything", date(2026, 11, 5))
    assert (own.office, own.deciders(10**12), own.days_open) == (Office.OTHER, 1, 30)
    assert read_policies(tmp_path / "none", Keys(date(2020, 1, 1))) == []


def test_terms_by_kind_and_amount(tmp_path: Path) -> None:
    row = "{key: approval.deciders, scope: {kind: payout-batch}, value: {steps: [[0, 1], [100000, 2]]},"
    rest = "{key: approval.deciders, value: 1, effective_from: 2014-01-01}"
    both = f"policies: [{row} effective_from: 2014-01-01}}, {rest}]"
    head = "defaults: {legal_reference: x, source: x, confidence: chosen, entered_by: x, approved_by: x}\n"
    (tmp_path / "own.yaml").write_text(head + both, encoding="utf-8")
    book = PolicyBook.of(read_policies(tmp_path, Keys(date(2020, 1, 1), TERMS)))
    batch, other = (terms_on(book, kind, date(2026, 11, 5)) for kind in ("payout-batch", "policy"))
    assert [batch.deciders(amount) for amount in (0, 99_999, 100_000)] == [1, 1, 2]
    assert other.deciders(10**15) == 1
