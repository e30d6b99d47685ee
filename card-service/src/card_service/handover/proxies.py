"""Proxies at the counter: who may be given another's card, by a mandate that two have decided, and only so many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.handover import collections
from card_service.handover.errors import ProxyCollectedMany, ProxyUnknown
from card_service.handover.models import Collection, Waiting, Wish
from card_service.keys import COLLECTED_DAYS, COLLECTED_MOST
from card_service.mandates import service as mandates
from card_service.mandates.errors import NotAProxy
from card_service.sealing import NATIONAL_ID
from chassis.clock import business_day
from chassis.text import normalise_digits


def _mark(deps: Dependencies, national_id: str) -> bytes:
    return deps.vault.fingerprint(normalise_digits(national_id), NATIONAL_ID)


@dataclass
class Proxies:
    """The proxies of hand-overs that share a transaction, their rows locked: nobody collects more than allowed."""

    deps: Dependencies
    by_mark: Mapping[bytes, UUID]
    given: Counter[UUID] = field(default_factory=Counter)

    @classmethod
    async def named(cls, session: AsyncSession, deps: Dependencies, wishes: Iterable[Wish]) -> Self:
        """Those whom the wishes name, of whom most name none."""
        marks = {_mark(deps, wish.proxy_national_id) for wish in wishes if wish.proxy_national_id is not None}
        return cls(deps, await collections.lock_proxies(session, marks) if marks else {})

    async def collects(self, session: AsyncSession, wish: Wish, card: Waiting, site_id: UUID) -> Collection | None:
        """That the proxy may be given the card; None where the holder is there.

        Raises ProxyUnknown, NotAProxy or ProxyCollectedMany.
        """
        if wish.proxy_national_id is None:
            return None
        proxy_id = self.by_mark.get(_mark(self.deps, wish.proxy_national_id))
        if proxy_id is None:
            raise ProxyUnknown(detail_ar="راجع الرقم القومي للوكيل.")
        mandate_id = await mandates.to_collect(session, card.citizen_id, proxy_id, business_day(wish.now))
        if mandate_id is None:
            raise NotAProxy(detail_ar="يلزم توكيل مسجل باستلام الكارت يوافق عليه موظف آخر.")
        most, days = self.deps.figure(COLLECTED_MOST), self.deps.figure(COLLECTED_DAYS)
        before = await collections.count(session, proxy_id, wish.now - timedelta(days=days))
        if before + self.given[proxy_id] >= most:
            raise ProxyCollectedMany(f"At most {most} in {days} days.", detail_ar=f"بحد أقصى {most}", most=most)
        self.given[proxy_id] += 1
        return Collection(card.card_id, proxy_id, mandate_id, site_id)
