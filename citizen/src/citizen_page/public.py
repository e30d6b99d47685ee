"""What everybody may see, kept for a minute: progress and pick-up sites. Many look at once when cards are given out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from citizen_page.clients import Asking, Services

Found = TypeVar("Found")
_MOST_PAGES = 20


class Break(BaseModel):
    """When a site's counters are shut within its hours."""

    begins: str
    ends: str


class DayHours(BaseModel):
    """A site's hours of an ISO weekday."""

    weekday: int
    opens: str
    closes: str
    breaks: list[Break] = []


class Site(BaseModel):
    """A place where cards are handed over."""

    site_id: UUID
    name_ar: str
    name_en: str
    kind: str
    governorate: str
    district: str
    address_ar: str
    hours: list[DayHours]


class SitePage(BaseModel):
    """A page of the list of sites."""

    items: list[Site]
    next: UUID | None


class Step(BaseModel):
    """How many households have made a step."""

    step: str
    households: int
    week: date


class GovernorateProgress(BaseModel):
    """How far a governorate has come."""

    governorate: str
    name_ar: str
    name_en: str
    week: date
    steps: list[Step]


class Progress(BaseModel):
    """How far the roll-out has come."""

    least: int
    governorates: list[GovernorateProgress]


class Kept(Generic[Found]):
    """One answer, asked for by one of all who want it at once."""

    def __init__(self, seconds: float) -> None:
        """`seconds`: how long an answer is kept."""
        self._seconds = seconds
        self._until = 0.0
        self._found: Found | None = None
        self._lock = asyncio.Lock()

    async def get(self, ask: Callable[[], Awaitable[Found]]) -> Found:
        """The answer, no older than allowed. Raises what asking raises."""
        async with self._lock:
            if self._found is None or time.monotonic() >= self._until:
                self._found = await ask()
                self._until = time.monotonic() + self._seconds
            return self._found


class Public:
    """Facts for everybody, from card-service."""

    def __init__(self, services: Services, seconds: float) -> None:
        """`seconds`: how long answers are kept."""
        self._services = services
        self._seconds = seconds
        self._progress: Kept[Progress] = Kept(seconds)
        self._sites: dict[str, Kept[list[Site]]] = {}

    async def progress(self, asking: Asking) -> Progress:
        """How far the roll-out has come. Raises NotAnswered or Refused."""
        return await self._progress.get(lambda: self._services.get("card", "/v1/public/progress", Progress, asking))

    async def sites(self, governorate: str, asking: Asking) -> list[Site]:
        """The pick-up sites of a governorate. Raises NotAnswered or Refused."""
        kept = self._sites.setdefault(governorate, Kept(self._seconds))
        return await kept.get(lambda: self._all_sites(governorate, asking))

    async def _all_sites(self, governorate: str, asking: Asking) -> list[Site]:
        found: list[Site] = []
        query = {"governorate": governorate}
        for _ in range(_MOST_PAGES):
            page = await self._services.get("card", "/v1/public/pickup-sites", SitePage, asking, query)
            found += page.items
            if page.next is None:
                break
            query["after"] = str(page.next)
        return found
