"""The import rules know every package they are about."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_member_is_analysed() -> None:
    rules = ConfigParser()
    rules.read(ROOT / ".importlinter", encoding="utf-8")
    members = {
        package.parent.name for pattern in ("*", "libs/*") for package in ROOT.glob(f"{pattern}/src/*/__init__.py")
    }
    assert members == set(rules["importlinter"]["root_packages"].split())
