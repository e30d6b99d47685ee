"""Chromium as tests drive it. Where CI runs, it is there; elsewhere its tests are left out with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ABSENT = "no Chromium on this machine: `sh tools/browser.sh` installs Debian's, with an Arabic font"
# Where pictures of the pages are put, for somebody to look at.
PICTURES = os.environ.get("UNICARD_PICTURES")
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
_AXE_RUN = """
    async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] })).violations
        .filter((one) => one.impact === "serious" || one.impact === "critical")
        .map((one) => `axe ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)
"""
# Kept on the window of the page: a frame without scripts of its own has no other place.
_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.violations.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def executable() -> str:
    """Where Chromium is. Fails where CI runs without it, and skips elsewhere."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)  # allow: skipped-test the same forms are sent without a browser in test_console
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    path = executable()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


def watched(context: BrowserContext, faults: list[str]) -> Page:
    """A page that notes what its console says and what the policy refuses.

    A refusal that the page shows in words is an error for the console as well: it is not counted.
    """
    context.add_init_script(_VIOLATIONS)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: (
            faults.append(f"console: {said.text}")
            if said.type == "error" and "the server responded with a status of 4" not in said.text
            else None
        ),
    )
    return page


def findings(page: Page) -> list[str]:
    """What axe finds that is serious or critical, after what the policy has refused so far."""
    refused: list[str] = page.evaluate("window.violations")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_AXE_RUN, TAGS)
    return [*refused, *found]


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page, where somebody wants to look."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
