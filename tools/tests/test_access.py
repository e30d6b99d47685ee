"""The broker's access table in git is what events and reactions say."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import access

from broker_access.table import Entry, Table


def test_the_table_is_up_to_date() -> None:
    assert access.main(["--check"]) == 0
    assert Table.of_system() == access.table()


def test_what_an_installation_may_enable_is_in_it() -> None:
    """notify-service reads sales only where the template for them is on."""
    assert Entry("notify", "read", "supply.redemptions.v1") in access.table().entries


def test_a_table_that_is_behind_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(access, "TABLE", tmp_path / "access.txt")
    assert access.main(["--check"]) == 1
    access.main([])
    assert access.main(["--check"]) == 0
