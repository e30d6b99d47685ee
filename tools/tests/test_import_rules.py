"""The import rules know every package they are about."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("gateway", "card-service", "supply-service", "notify-service")
LAYERED = {"api.py", "consumers.py", "service.py", "repository.py"}


@pytest.fixture(scope="module")
def rules() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def test_every_package_with_layers_is_under_the_layers_rule(rules: ConfigParser) -> None:
    layered = {
        ".".join(path.parent.relative_to(ROOT / service / "src").parts)
        for service in SERVICES
        for path in (ROOT / service / "src").rglob("*.py")
        if path.name in LAYERED
    }
    assert layered <= set(rules["importlinter:contract:layers"]["containers"].split())


def test_every_member_is_analysed(rules: ConfigParser) -> None:
    members = {package.parent.name for package in ROOT.glob("*/src/*/__init__.py")}
    members |= {package.parent.name for package in ROOT.glob("libs/*/src/*/__init__.py")}
    assert members == set(rules["importlinter"]["root_packages"].split())
