"""The pages in a real browser, where Chromium is on the machine: policy, right-to-left, passkeys without hardware."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Page, async_playwright

from devstack.engines import free_ports

from .conftest import CLIENTS, Offices, Worker

if TYPE_CHECKING:
    from ..conftest import StartGateway

CHROMIUM = shutil.which("chromium")
# allow: skipped-test the same pages are driven without a browser elsewhere; not every machine has one
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

# Where pictures of the pages are put, for somebody to look at.
PICTURES = os.environ.get("UNICARD_PICTURES")


@pytest.fixture(scope="module")
async def local_offices(start_shared: StartGateway) -> Offices:
    """A gateway under a name that browsers bind passkeys to."""
    (port,) = free_ports(1)
    url = f"http://localhost:{port}"
    return Offices(
        await start_shared(
            serve_at=port, issuer=f"{url},unicard", gateway_public_url=url, signin_clients=CLIENTS, step_up_seconds=3600
        )
    )


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(locale="ar-EG", viewport={"width": 900, "height": 900})
        yield await context.new_page()
        await browser.close()


async def _picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def _signed_in(local_offices: Offices, page: Page) -> Worker:
    """Somebody who came in by password, code and office, and has looked at the pages in both languages."""
    worker = await local_offices.hire(
        ("payouts-maker", "pension-authority", "*"), ("registry-clerk", "local-government", "35")
    )
    url = local_offices.gateway.settings.public_url
    await page.goto(f"{url}/account")
    assert await page.evaluate("document.documentElement.dir") == "rtl"
    await _picture(page, "1-sign-in-ar")
    await page.fill("#name", worker.name)
    await page.fill("#password", "wrong wrong wrong")
    await page.click("main form button >> nth=0")
    assert await page.locator("[role=alert]").count() == 1
    await _picture(page, "2-wrong-ar")
    await page.click("footer button")
    assert await page.evaluate("document.documentElement.dir") == "ltr"
    await _picture(page, "3-sign-in-en")
    await page.click("footer button")
    await page.fill("#name", worker.name)
    await page.fill("#password", worker.password)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#code")
    await _picture(page, "4-second-factor-ar")
    await page.fill("#code", worker.code())
    await page.keyboard.press("Enter")
    await page.wait_for_selector("input[name=office]")
    await _picture(page, "5-office-ar")
    await page.click("main form button")
    await page.wait_for_selector("section")
    await _picture(page, "6-account-ar")
    return worker


async def test_a_person_signs_in_changes_the_language_and_adds_a_passkey(local_offices: Offices, page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    device: Any = await page.context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    worker = await _signed_in(local_offices, page)
    url = local_offices.gateway.settings.public_url
    await page.click("button[value=authenticator]")
    await page.wait_for_selector(".qr svg")
    await _picture(page, "7-authenticator-ar")
    worker.seed = (await page.inner_text(".seed code")).replace(" ", "")
    await page.fill("#code", worker.code())
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".codes")
    await _picture(page, "8-recovery-codes-ar")
    await page.click("main form button")
    await page.click("button[value=password]")
    await page.wait_for_selector("#again")
    await _picture(page, "9-password-ar")
    await page.goto(f"{url}/account")
    await page.click("button[value=passkey]")
    await page.wait_for_selector("#label")
    await page.fill("#label", "مفتاح العمل")
    await _picture(page, "10-new-passkey-ar")
    await page.click("main form button")
    await page.wait_for_selector("section")
    assert "مفتاح العمل" in await page.inner_text("main")
    await _picture(page, "11-account-with-passkey-ar")
    await page.click("main li form button >> nth=0")
    await page.wait_for_selector("main p")
    await _picture(page, "12-signed-out-ar")
    await page.goto(f"{url}/account")
    await page.click("form[data-passkey] button")
    await page.wait_for_selector("input[name=office]")
    await page.click("main form button")
    await page.wait_for_selector("section")
    session = await local_offices.gateway.runtime.pool.fetchrow(
        "SELECT amr, acr FROM session WHERE person_id = $1 AND ended_at IS NULL", worker.person_id
    )
    assert session is not None
    assert (session["amr"][-1], session["acr"]) == ("mfa", "urn:unicard:aal2")
    assert [fault for fault in faults if "401" not in fault] == []
