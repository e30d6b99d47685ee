"""A new migration follows the last one and says what it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.new_migration import new_migration


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for folder in ("card-service", "gateway"):
        versions = tmp_path / folder / "migrations" / "versions"
        versions.mkdir(parents=True)
        (versions / "0001_start.py").touch()
    (tmp_path / "card-service" / "migrations" / "versions" / "0002_more.py").touch()
    return tmp_path


def test_it_is_numbered_after_the_last_one(workspace: Path) -> None:
    path = new_migration(workspace, "card", "give cards a colour.")
    assert path.name == "0003_give_cards_a_colour.py"
    text = path.read_text(encoding="utf-8")
    assert '"""Give cards a colour."""' in text
    assert 'revision = "0003"' in text
    assert 'down_revision = "0002"' in text
    compile(text, path.name, "exec")


def test_the_gateway_has_migrations_too(workspace: Path) -> None:
    assert new_migration(workspace, "gateway", "Keys").name == "0002_keys.py"


@pytest.mark.parametrize(("service", "message"), [("", "x"), ("cards", "x"), ("card", ""), ("card", " .")])
def test_what_is_missing_is_said(workspace: Path, service: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"service must be one of card, gateway|say what changes"):
        new_migration(workspace, service, message)
