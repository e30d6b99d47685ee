"""The policy files are complete, dated, sourced, and refused when they contradict themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from health_service import POLICIES
from health_service.rules import keys
from health_service.rules.figures import Figures, read_figures
from health_service.rules.keys import KEYS
from policybook.book import PolicyBook, PolicyInvalid, PolicyMissing
from policybook.days import ByDay
from policybook.files import PolicyFileError, read_policies
from policybook.testing import unread_keys

ROW = {
    "key": "health.grace_months",
    "value": 6,
    "effective_from": date(2020, 1, 1),
    "legal_reference": "x",
    "source": "x",
    "confidence": "chosen",
    "entered_by": "x",
    "approved_by": "x",
}


def written(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "a.yaml").write_text(yaml.safe_dump({"policies": [dict(row) for row in rows]}), encoding="utf-8")
    return folder


def test_every_declared_key_is_read_and_has_rows(book: PolicyBook) -> None:
    assert not unread_keys(Path(keys.__file__))
    assert all(book.rows(key.name) for key in keys.KEYS)


def test_every_row_names_law_and_source(book: PolicyBook) -> None:
    assert all(policy.legal_reference and policy.source and policy.confidence for policy in book.policies)
    assert all(policy.note for policy in book.policies if policy.confidence in {"conflicting", "unverified"})


def test_figures_hold_from_the_pilots_first_day_on(figures: ByDay[Figures]) -> None:
    for day in (date(2019, 7, 1), date(2019, 11, 26), date(2025, 12, 31), date(2026, 1, 1), date(2035, 6, 1)):
        of_day = figures.on(day)
        assert set(of_day.tariffs) == {"medicines", "imaging", "laboratory", "inpatient", "home_visit", "consultation"}
        assert set(of_day.contributions) == {"employee", "self_employed", "casual", "pensioner"}
        for offered in of_day.services_offered.values():
            assert offered <= of_day.tariffs.keys()
    with pytest.raises(PolicyMissing):
        figures.on(date(2018, 1, 1))


def test_what_nobody_approved_is_on_record_and_not_applied(book: PolicyBook, figures: ByDay[Figures]) -> None:
    on_record = [p for p in book.policies if p.approved_by is None]
    assert {p.key for p in on_record} == {
        "health.copayment_fixed", "health.go_live", "health.contribution_largest_of",
    }  # fmt: skip
    assert "24" not in figures.on(date(2026, 11, 1)).go_live
    assert figures.on(date(2026, 11, 1)).tariffs["home_visit"].fixed == 10_000


def test_statutory_phases_name_every_governorate_once(book: PolicyBook) -> None:
    named = [code for p in book.in_force("health.statutory_phase", date(2026, 1, 1)) for code in p.value]  # type: ignore[union-attr]  # lists
    assert len(named) == len(set(named)) == 27


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"value": 0.5}, "floating"),
        ({"effective_to": date(2019, 1, 1)}, "lies before"),
        ({"confidence": "sure"}, "confidence"),
        ({"typo": 1}, "typo"),
        ({"value": None}, "value"),
    ],
)
def test_a_faulty_row_stops_the_start(tmp_path: Path, change: dict[str, object], word: str) -> None:
    with pytest.raises(PolicyFileError, match=word):
        read_policies(written(tmp_path, ROW | change), KEYS)


def test_two_rows_of_one_day_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="two rows hold"):
        read_policies(written(tmp_path, ROW, ROW | {"effective_from": date(2021, 1, 1)}), KEYS)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("health.copayment_rate", "1.5"),
        ("health.copayment_rate", 1),
        ("health.copayment_cap", "much"),
        ("health.copayment_cap_period", "week"),
        ("health.go_live", "soon"),
        ("health.referring_kinds", "family_unit"),
    ],
)
def test_a_value_the_rules_cannot_work_with_is_refused(key: str, value: object) -> None:
    rows = read_policies(POLICIES, KEYS)
    spoiled = [replace(p, value=value) if p.key == key else p for p in rows]  # type: ignore[arg-type]  # on purpose
    with pytest.raises(PolicyInvalid):
        read_figures(PolicyBook.of(spoiled), date(2026, 11, 1))
