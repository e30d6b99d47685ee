"""Rows that were wrong are corrected in the book of a running installation, kept beside it, and corrected once."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from chassis.testing import MakeDatabase, TestIssuer
from health_service import MIGRATIONS, POLICIES
from policybook.files import PolicyFileError

from ..support import serve, settings_for

# The rows of coverage.yaml that earlier releases have entered in every installation.
BEFORE = """
policies:
  - key: health.go_live
    scope: {governorate: "04"}
    value: "2025-12-31"
    effective_from: 2025-12-31
    legal_reference: start in Suez
    source: https://english.ahram.org.eg/NewsContent/1/1236/545862/
    confidence: inferred
    note: Live before; the exact day was not found, and only days from the pilot on matter here.
    entered_by: unicard project
    approved_by: unicard pilot board
"""
_OF_SUEZ = (
    "SELECT effective_from, source, confidence FROM policy WHERE key = 'health.go_live' AND scope = 'governorate=04'"
)
_KEPT = "SELECT effective_from, value, reason FROM policy_corrected WHERE scope = 'governorate=04'"


def _without(path: Path, key: str, scope: str) -> None:
    """Take the rows of a ground out of a copy of a file, and its corrections."""
    text = path.read_text(encoding="utf-8").split("\n# What books of before say wrongly")[0]
    rows = text.split("\n  - key: ")
    kept = [row for row in rows if not (row.startswith(f"{key}\n") and scope in row)]
    path.write_text("\n  - key: ".join(kept) + "\n", encoding="utf-8")


async def test_a_row_of_the_past_is_corrected_and_kept(
    make_database: MakeDatabase, issuer: TestIssuer, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    shutil.copytree(POLICIES, before)
    _without(before / "coverage.yaml", "health.go_live", 'governorate: "04"')
    (before / "suez.yaml").write_text(BEFORE, encoding="utf-8")
    url = await make_database(MIGRATIONS)
    async with serve(settings_for(url, issuer, policies=before), issuer) as old:
        assert [row["effective_from"] for row in await old.fetch(_OF_SUEZ)] == [date(2025, 12, 31)]
        version = (await old.fetch("SELECT version FROM policy_version"))[0][0]
    for start in range(3):
        async with serve(settings_for(url, issuer), issuer) as new:
            (row,) = await new.fetch(_OF_SUEZ)
            assert (row["effective_from"], row["confidence"]) == (date(2024, 12, 1), "sourced")
            (kept,) = await new.fetch(_KEPT)
            assert (kept["effective_from"], kept["value"]) == (date(2025, 12, 31), '"2025-12-31"')
            assert kept["reason"] == "the start was on 1 December 2024"
            if start == 0:
                version_now = (await new.fetch("SELECT version FROM policy_version"))[0][0]
                assert version_now > version, "other processes read the book again"
            else:
                assert (await new.fetch("SELECT version FROM policy_version"))[0][0] == version_now


async def test_a_row_that_somebody_else_entered_is_nobodys_to_correct(
    make_database: MakeDatabase, issuer: TestIssuer, tmp_path: Path
) -> None:
    """A value that the files do not call wrong contradicts them, as ever."""
    before = tmp_path / "before"
    shutil.copytree(POLICIES, before)
    _without(before / "coverage.yaml", "health.go_live", 'governorate: "04"')
    (before / "suez.yaml").write_text(BEFORE.replace('"2025-12-31"', '"2025-06-30"'), encoding="utf-8")
    url = await make_database(MIGRATIONS)
    async with serve(settings_for(url, issuer, policies=before), issuer):
        pass
    async with serve(settings_for(url, issuer), issuer) as new:
        days = [row["effective_from"] for row in await new.fetch(_OF_SUEZ + " ORDER BY effective_from")]
        assert days == [date(2024, 12, 1), date(2025, 12, 31)]
        assert not await new.fetch(_KEPT)


async def test_a_row_corrected_twice_stops_the_start(
    make_database: MakeDatabase, issuer: TestIssuer, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    shutil.copytree(POLICIES, wrong)
    text = (wrong / "coverage.yaml").read_text(encoding="utf-8")
    entry = text[text.index("corrections:\n") + len("corrections:\n") :]
    (wrong / "coverage.yaml").write_text(text + entry, encoding="utf-8")
    with pytest.raises(PolicyFileError, match="corrected twice"):
        async with serve(settings_for(await make_database(MIGRATIONS), issuer, policies=wrong), issuer):
            pass
