"""A citizen signs in on the page by a code, chooses an hour, complains, stops the card, and signs out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import httpx
import pytest

from card_service.sealing import MOBILE, NATIONAL_ID
from chassis.sealing import Keyring, Vault

from .conftest import System, until

pytestmark = pytest.mark.slow

_ONE = """
    SELECT p.citizen_id, p.national_id_sealed, p.mobile_sealed FROM card c JOIN citizen p USING (citizen_id)
    WHERE p.mobile_usable AND p.mobile_sealed IS NOT NULL AND c.state = $1 AND (c.site_id IS NOT NULL OR $1 = 'active')
    ORDER BY c.card_id DESC LIMIT 1
"""
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


class Visitor:
    """A browser without scripts, and the telephone beside it."""

    def __init__(self, system: System, state: str) -> None:
        """`state`: of the card of whoever it is."""
        self.system = system
        row = asyncio.run(self._find(state))
        vault = Vault(Keyring.parse(system.secrets()["UNICARD_CARD_DATA_KEYS"]))
        self.national_id = vault.open(row["citizen_id"], row["national_id_sealed"], NATIONAL_ID).decode()
        self.mobile = vault.open(row["citizen_id"], row["mobile_sealed"], MOBILE).decode()
        self.client = httpx.Client(base_url=system.edge, timeout=20)

    async def _find(self, state: str) -> asyncpg.Record:
        password, port = self.system.secrets()["POSTGRES_PASSWORD"], self.system.environment["UNICARD_POSTGRES_PORT"]
        connection = await asyncpg.connect(f"postgresql://postgres:{password}@127.0.0.1:{port}/unicard_card")
        try:
            found = await connection.fetchrow(_ONE, state)
        finally:
            await connection.close()
        assert found is not None, f"the demonstration leaves nobody with a card {state}"
        return found

    def see(self, path: str, status: int = 200) -> str:
        shown = self.client.get(f"/citizen{path}")
        assert shown.status_code == status, (path, shown.status_code, shown.text)
        assert "<script" not in shown.text
        assert shown.headers["cache-control"]
        assert shown.headers["content-security-policy"].startswith("default-src 'none'")
        return shown.text

    def send(self, path: str, fields: dict[str, str], status: int = 303) -> httpx.Response:
        answer = self.client.post(f"/citizen{path}" if not path.startswith("/citizen") else path, data=fields)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer

    def sign_in(self) -> None:
        seen = max((text["id"] for text in self._texts(0)), default=0)
        begun = self.send("/sign-in", {"national_id": self.national_id.translate(_ARABIC_INDIC)})
        assert "set-cookie" not in begun.headers, "no cookie before the code"
        where = begun.headers["location"]
        assert self.national_id not in where
        self.send(where, {"code": "000000"}, 422)
        text = until(lambda: self._texts(seen))[-1]["text"]
        code = re.search(r"(?<!\d)\d{6}(?!\d)", text)
        assert code is not None, text
        done = self.send(where, {"code": code[0]})
        cookie = done.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "eyJ" not in cookie, "no token leaves the page"
        assert int(re.findall(r"Max-Age=(\d+)", cookie)[0]) <= 600

    def _texts(self, after: int) -> list[dict[str, Any]]:
        query: dict[str, str | int] = {"to": self.mobile, "after": after, "limit": 1000}
        items: list[dict[str, Any]] = httpx.get(f"{self.system.sink}/messages", params=query).json()["items"]
        return items


def links(page: str) -> list[str]:
    main = page[page.index("<main") : page.index("</main>")]
    return [one.replace("&amp;", "&") for one in re.findall(r'<li><a href="(/citizen[^"]*)"', main)]


@pytest.fixture
def waiting(system: System, first: dict[str, Any]) -> Iterator[Visitor]:
    visitor = Visitor(system, "in_stock")
    visitor.sign_in()
    yield visitor
    visitor.client.close()


@pytest.fixture
def holder(system: System, first: dict[str, Any]) -> Iterator[Visitor]:
    visitor = Visitor(system, "active")
    visitor.sign_in()
    yield visitor
    visitor.client.close()


def test_an_appointment_is_chosen_once_and_its_slip_printed(waiting: Visitor) -> None:
    assert "في مكان الاستلام" in waiting.see("/card")
    page = waiting.see("/appointment/site")
    for _ in range(3):  # a site, a day, an hour
        page = waiting.see(links(page)[0].removeprefix("/citizen"))
    form = dict(_HIDDEN.findall(page))
    assert form.keys() == {"form", "site", "at"}
    first = waiting.send("/appointment/confirm", form)
    again = waiting.send("/appointment/confirm", form)  # a second click
    assert first.headers["location"] == again.headers["location"]
    slip = waiting.see(first.headers["location"].removeprefix("/citizen"))
    assert "تم تغيير الموعد" in slip
    drawn = slip[slip.index("<svg") : slip.index("</svg>")]
    assert len(drawn) <= 3 * 1024
    assert "style=" not in drawn
    english = waiting.see("/appointment?lang=en")
    assert "Slip of the appointment" in english
    assert 'dir="ltr"' in english


def test_balances_complaints_household_and_who_has_seen(holder: Visitor) -> None:
    assert "المحفظة" in holder.see("/balance")
    assert "(أنت)" in holder.see("/household")
    form = dict(_HIDDEN.findall(holder.see("/complaints/new")))
    refused = holder.send("/complaints/new", {**form, "text": "٣"}, 422).text
    assert "<title>خطأ: " in refused
    assert 'href="#category"' in refused
    assert 'value="٣"' in refused or ">٣</textarea>" in refused, "what was typed is kept"
    told = holder.send("/complaints/new", {**form, "category": "outlet", "text": "الميزان ناقص"})
    number = dict(parse_qsl(urlsplit(told.headers["location"]).query))["done"]
    repeated = holder.send("/complaints/new", {**form, "category": "outlet", "text": "الميزان ناقص"})
    assert repeated.headers["location"] == told.headers["location"], "one complaint"
    assert number in holder.see("/complaints")
    assert "الغرض" in holder.see("/seen")


def test_a_lost_card_is_stopped_by_this_session_alone_and_signing_out_ends_it(holder: Visitor) -> None:
    form = dict(_HIDDEN.findall(holder.see("/card/lost")))
    stranger = httpx.Client(base_url=holder.system.edge)
    assert stranger.post("/citizen/card/lost", data=form).headers["location"] == "/citizen/sign-in?over=1"
    holder.send("/card/lost", {"form": form["form"][:-4] + "AAAA"}, 403)
    holder.send("/card/lost", form)
    holder.send("/card/lost", form)
    assert "موقوف" in holder.see("/card")
    stolen = dict(holder.client.cookies)
    holder.send("/sign-out", {})
    copied = httpx.Client(base_url=holder.system.edge, cookies=stolen)

    def refused() -> bool:
        return copied.get("/citizen/card").status_code == 303

    assert until(refused), "a copied cookie opens nothing once the session is ended"


def test_known_or_not_the_answer_is_the_same_and_a_wrong_number_says_why(system: System) -> None:
    browser = httpx.Client(base_url=system.edge)
    unknown = browser.post("/citizen/sign-in", data={"national_id": "29001010301234"})
    assert unknown.status_code == 303
    assert unknown.headers["location"].startswith("/citizen/sign-in/code?s=")
    wrong = browser.post("/citizen/sign-in", data={"national_id": "2 901301 03 0123 4"})
    assert wrong.status_code == 422
    assert "شهر الميلاد" in wrong.text
    assert browser.get("/citizen/card").headers["location"] == "/citizen/sign-in?over=1"
    assert browser.put("/citizen/card").status_code == 405
