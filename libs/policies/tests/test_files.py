"""Policy files are checked strictly, and what is wrong is named by file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from policybook import kinds
from policybook.files import PolicyFileError, read_policies
from policybook.keys import Keys

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
