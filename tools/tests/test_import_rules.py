"""The import rules know every package they are about, and catch what they are there for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    package.parent.name: package.parent
    for pattern in ("*", "libs/*")
    for package in ROOT.glob(f"{pattern}/src/*/__init__.py")
}
RULES = ConfigParser()
RULES.read(ROOT / ".importlinter", encoding="utf-8")

# An import that looks upward, by the module it is put into.
UPWARD = {
    "card_service.registry.service": "card_service.cards.service",
    "payment_service.ledger.service": "payment_service.wallets.repository",
    "health_service.coverage.repository": "health_service.encounters.repository",
    "chassis.outbox": "chassis.relay",
    "api_gateway.clients.service": "api_gateway.tokens.service",
    "contracts.event": "contracts.card",
    "devstack.terminal.caller": "devstack.stack.supervisor",
    "approvals.model": "approvals.service",
    "broker_access.table": "broker_access.keeper",
    "policybook.keys": "policybook.files",
    "terminal_registry.kinds": "terminal_registry.registry",
    "supply_service.sales.record": "supply_service.redemptions.schemas",
    "staff_console.sessions.repository": "staff_console.web.visit",
    "citizen_page.clients": "citizen_page.rendering",
    "notify_service.contacts.repository": "notify_service.inquiries.repository",
}


def member_of(module: str) -> str:
    """The root package of a module."""
    return module.split(".", 1)[0]


def ordered() -> dict[str, str]:
    """The name of the contract that orders all of a member, by its root package."""
    sections = [RULES[name] for name in RULES.sections() if RULES[name].get("exhaustive") == "True"]
    return {section["containers"].strip(): section["name"] for section in sections}


def test_every_member_is_analysed() -> None:
    assert set(SOURCES) == set(RULES["importlinter"]["root_packages"].split())


def test_every_module_has_its_place_in_an_order() -> None:
    assert set(ordered()) == set(SOURCES)


def lint(folder: Path) -> str:
    """What import-linter says of the packages in a folder; the others are those of the workspace."""
    shutil.copy(ROOT / ".importlinter", folder)
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    ).stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says where each of `UPWARD` was done."""
    folder = tmp_path_factory.mktemp("upward")
    for module, target in UPWARD.items():
        package = member_of(module)
        shutil.copytree(SOURCES[package], folder / package, dirs_exist_ok=True)
        place = folder / Path(*module.split(".")).with_suffix(".py")
        place.write_text(f"{place.read_text(encoding='utf-8')}\nimport {target}\n", encoding="utf-8")
    return lint(folder)


@pytest.mark.parametrize("module", UPWARD)
def test_an_upward_import_is_refused(report: str, module: str) -> None:
    assert f"{ordered()[member_of(module)]} BROKEN" in report
    assert f"{module} -> {UPWARD[module]}" in report


def test_every_member_has_an_upward_import_that_is_tried() -> None:
    assert {member_of(module) for module in UPWARD} == set(ordered())


def test_a_module_without_a_place_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SOURCES["notify_service"], tmp_path / "notify_service")
    (tmp_path / "notify_service" / "novelty.py").touch()
    assert f"{ordered()['notify_service']} BROKEN" in lint(tmp_path)
