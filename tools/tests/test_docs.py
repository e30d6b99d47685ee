"""What the documents refer to exists."""

from __future__ import annotations

import configparser
import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from tools.services import PACKAGES

from contracts.generation import PUBLISHERS, all_events

ROOT = Path(__file__).parents[2]
SKIPPED = {".venv", ".unicard", ".git", "node_modules"}
PAGES = sorted(
    path.relative_to(ROOT) for path in ROOT.rglob("*.md") if not SKIPPED.intersection(path.relative_to(ROOT).parts)
)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)(?P<place>[^)#]*)(?:#(?P<heading>[^)]*))?\)")


def headings(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    lines = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for found in LINK.finditer((ROOT / page).read_text(encoding="utf-8")):
        target = (ROOT / page).parent / found["place"] if found["place"] else ROOT / page
        assert target.exists(), f"{page}: {found.group()}"
        if found["heading"]:
            assert found["heading"] in headings(target), f"{page}: {found.group()}"


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"]({page.name})" in index for page in folder.glob("[0-9]*.md"))


def test_make_help_lists_what_the_documents_use() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    used = {
        target for page in PAGES for target in re.findall(r"`make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"))
    }
    assert used <= targets
    wanted = "setup check test run demo bench schemas migration up down clean"
    assert targets >= set(wanted.split())


# Told by every service alike; the page says so once.
_MECHANISM = re.compile(r"RecordsChained|DataErased|Restatement(Ended|Wanted)|\w+Restated")


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_the_architecture_names_what_a_service_publishes(publisher: str) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    member = publisher if publisher == "gateway" else f"{publisher}-service"
    row = next(line for line in page.splitlines() if line.startswith(f"| [{member}]"))
    named = set(re.findall(r"[A-Z]\w+", row.split("|")[3]))
    types = {event.event_type().split(".")[-2] for event in all_events() if event.TOPIC.startswith(f"{publisher}.")}
    assert named == {name for name in types if not _MECHANISM.fullmatch(name)}


def test_the_runbook_says_where_every_alert_leads() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    listed = _section("Which alert leads where")
    assert set(re.findall(r"`([A-Z]\w+)`", listed)) == alerts


def test_the_runbook_lists_everything_that_takes_two_persons() -> None:
    kinds = set()
    for package in PACKAGES.values():
        import_module(f"{package}.main")  # whatever declares a kind is imported by it
        for kind in import_module(f"{package}.proposals").PROPOSALS.kinds:
            kinds.add((kind.name, kind.enters.value, kind.decides.value))
    listed = set()
    for row in re.findall(r"^\| (`.*) \|$", _section("What takes two persons"), re.MULTILINE):
        cells = [re.findall(r"`([\w:-]+)`", cell) for cell in row.split("|")]
        if len(cells) == 4:
            listed |= {(name, cells[2][0], cells[3][0]) for name in cells[0]}
    assert listed == kinds


def _section(heading: str) -> str:
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    return re.split(r"^#+ ", page.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_the_architecture_draws_the_layers_that_are_checked() -> None:
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter", encoding="utf-8")
    layers = {
        rules[name]["containers"].split()[0]: rules[name]["layers"] for name in rules if _of_one_package(rules[name])
    }
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = re.search(r"^```\n(gateway .*?)^```", page, re.MULTILINE | re.DOTALL)
    assert drawn is not None
    lines = re.sub(r"\n +→", " →", drawn[1]).splitlines()
    assert len(lines) == len(PACKAGES) + 1  # all services, and what runs them without Docker
    for line in lines:
        member, _, order = line.partition(" ")
        package = "api_gateway" if member == "gateway" else member.replace("-", "_")
        (source,) = (*ROOT.glob(f"{member}/src/{package}"), *ROOT.glob(f"libs/{member}/src/{package}"))
        packages = {path.name for path in source.iterdir() if (path / "__init__.py").exists()}
        checked = [set(re.findall(r"\w+", layer)) & packages for layer in layers[package].splitlines()]
        assert [set(re.findall(r"\w+", layer)) for layer in order.split("→")] == [one for one in checked if one], member


def _of_one_package(rule: configparser.SectionProxy) -> bool:
    return rule.get("type") == "layers" and len(rule.get("containers", "").split()) == 1
