"""The demo's telephones: what reached them, read from the SMS sink, and what their owners text back."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from devstack.demo.calendar import CAIRO
from devstack.terminal.caller import Refused
from devstack.terminal.wire import Wire

PAGE = 1000
MONTHS = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
_WHEN = re.compile(r"(\d{1,2}) (\S+) الساعة (\d{1,2})(?::(\d{2}))? (ص|م)")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a citizen reads out of the message: where to collect the card, and when."""

    site: str
    at: datetime


def invitation(text: str, sites: list[str], not_before: datetime) -> Invitation | None:
    """The site, day and hour a message names; None when it names no such three. `sites`: longest name first.

    The year is not in the message: it is the next such day.
    """
    when = _WHEN.search(text)
    site = next((name for name in sites if name in text), None)
    if when is None or site is None or when[2] not in MONTHS:
        return None
    hour = int(when[3]) % 12 + (12 if when[5] == "م" else 0)
    month = MONTHS.index(when[2]) + 1
    year = not_before.year + (month < not_before.month)
    return Invitation(site, datetime(year, month, int(when[1]), hour, int(when[4] or 0), tzinfo=CAIRO))


class Sink:
    """A client of the sink."""

    def __init__(self, base_url: str) -> None:
        self.wire = Wire(base_url, limit=4)

    async def _get(self, path: str) -> Any:
        answer = await self.wire.request("GET", path)
        if answer.status != 200:
            raise Refused(answer, "GET", path)
        return answer.json()

    async def counts(self) -> dict[str, int]:
        """How many messages came, in how many parts, to how many telephones."""
        counted: dict[str, int] = await self._get("/counts")
        return counted

    async def last_id(self) -> int:
        """The number of the newest message, 0 where there is none."""
        items = (await self._get("/messages?newest=1&limit=1"))["items"]
        return int(items[-1]["id"]) if items else 0

    async def messages(self, after: int = 0, to: str = "") -> AsyncIterator[dict[str, Any]]:
        """Messages later than `after`, oldest first."""
        chosen = f"&to=%2B{to.removeprefix('+')}" if to else ""
        cursor: int | None = after
        while cursor is not None:
            page = await self._get(f"/messages?after={cursor}&limit={PAGE}{chosen}")
            for item in page["items"]:
                yield item
            cursor = page["next"]

    async def wait_for(self, to: str, after: int, words: str, within_s: float = 60.0) -> dict[str, Any]:
        """The first message to that number with those words in it; `TimeoutError` when none comes."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            async for item in self.messages(after, to):
                if words in item["text"]:
                    return item
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no message with «{words}» came within {within_s:g} s")

    async def say(self, sender: str, text: str) -> None:
        """Text from a telephone to the system."""
        body = orjson.dumps({"from": sender, "text": text})
        answer = await self.wire.request("POST", "/inbound", (("content-type", "application/json"),), body)
        if answer.status >= 400:
            raise Refused(answer, "POST", "/inbound")


def pounds(piastres: int) -> str:
    """An amount as messages name it: piastres only where there are any."""
    whole, rest = divmod(piastres, 100)
    return f"{whole}{f'.{rest:02}' if rest else ''} جنيه"


def e164(mobile: str) -> str:
    """The international form of an eleven-digit number."""
    return f"+20{mobile[1:]}"
