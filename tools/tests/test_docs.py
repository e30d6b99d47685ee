"""What the documents refer to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
