"""Campaigns in tests: who writes and starts them, and citizens to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from approvals.testing import decide
from chassis.clock import CAIRO
from chassis.ids import new_id
from notify_service.campaigns import work
from notify_service.messages.sealed_columns import Contact

if TYPE_CHECKING:
    from chassis.sealing import Vault

    from .conftest import Desk

WRITES, DECIDES = "campaigns:write", "campaigns:approve"
NOON = datetime(2026, 4, 1, 12, 0, tzinfo=CAIRO)  # a Wednesday
TEXT: dict[str, Any] = {
    "name": "grant",
    "ar": "منحة {amount} على كارتك حتى {until}. اتصل {hotline}",
    "en": "A grant of {amount} is on your card until {until}.",
    "variables": {"amount": "amount", "until": "day"},
}
ALL: dict[str, Any] = {}
VALUES: dict[str, Any] = {
    "amount": {"type": "amount", "value": 40_000},
    "until": {"type": "day", "value": "2026-04-30"},
}


@dataclass
class Office:
    """Who writes campaigns, at the desk."""

    desk: Desk
    gov: dict[str, Any] = field(default_factory=dict)

    async def call(self, method: str, path: str, *, expect: int = 200, scope: str = WRITES, **body: Any) -> Any:
        headers = self.desk.issuer.headers("office", scope, **self.gov) | body.pop("headers", {})
        reply = await self.desk.client.request(method, path, headers=headers, **body)
        assert reply.status_code == expect, reply.text
        return reply.json()

    async def text(self, **changes: Any) -> str:
        made = await self.call("POST", "/v1/campaign-texts", expect=202, json=TEXT | changes)
        await decide(self.desk.client, self.desk.issuer, "notify", made["proposal_id"], DECIDES)
        return (await self.call("GET", "/v1/campaign-texts?limit=500"))["items"][-1]["text_id"]  # type: ignore[no-any-return]

    async def campaign(self, audience: dict[str, Any] | None = ALL, **changes: Any) -> str:
        given = {
            "name": "Grant of Ramadan", "text_id": await self.text(), "values": VALUES,
            "audience": audience, "parts_per_second": 10_000,
            "ends_at": (self.desk.runtime.clock.now() + timedelta(days=10)).isoformat(),
        }  # fmt: skip
        made = await self.call("POST", "/v1/campaigns", expect=201, json=given | changes)
        return made["campaign_id"]  # type: ignore[no-any-return]

    async def dry_run(self, campaign_id: str) -> dict[str, Any]:
        return await self.call("POST", f"/v1/campaigns/{campaign_id}/dry-runs", expect=202)  # type: ignore[no-any-return]

    async def propose(self, campaign_id: str) -> dict[str, Any]:
        return await self.call("POST", f"/v1/campaigns/{campaign_id}/start", expect=202)  # type: ignore[no-any-return]

    async def start(self, campaign_id: str) -> dict[str, Any]:
        proposed = await self.propose(campaign_id)
        await decide(self.desk.client, self.desk.issuer, "notify", proposed["proposal_id"], DECIDES)
        return proposed["content"]["dry_run"]  # type: ignore[no-any-return]

    async def read(self, campaign_id: str) -> dict[str, Any]:
        return await self.call("GET", f"/v1/campaigns/{campaign_id}")  # type: ignore[no-any-return]

    async def move(self, campaign_id: str, move: str, expect: int = 200) -> dict[str, Any]:
        return await self.call("POST", f"/v1/campaigns/{campaign_id}/{move}", expect=expect)  # type: ignore[no-any-return]

    async def work(self, times: int = 3) -> None:
        for _ in range(times):
            while await work.work(self.desk.runtime) is not None:
                pass

    async def send(self) -> None:
        while await self.desk.sender.step() is not None:
            pass

    async def citizens(self) -> list[UUID]:
        rows = await self.desk.runtime.pool.fetch("SELECT citizen_id FROM message WHERE campaign_id IS NOT NULL")
        return sorted(row["citizen_id"] for row in rows)


async def people(desk: Desk, count: int, governorate: str = "03") -> None:
    """Citizens with numbers of their own, written at once."""
    await know_many(desk.runtime.pool, desk.runtime.state.vault, count, governorate)


async def know_many(
    database: asyncpg.Pool | asyncpg.Connection, vault: Vault, count: int, governorate: str
) -> list[UUID]:
    """Citizens with the numbers +2010 00000000 and on, in their order."""
    rows = []
    for number in range(count):
        citizen, mobile = new_id(), f"+2010{number:08}"
        sealed = Contact(mobile, "منى").seal(vault, citizen)
        rows.append((citizen, new_id(), "ar", vault.fingerprint(mobile), sealed, NOON, governorate))
    await database.executemany(
        "INSERT INTO contact (citizen_id, household_id, language, number_hash, sealed, changed_at, governorate)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        rows,
    )
    return [row[0] for row in rows]


async def approved(
    database: asyncpg.Pool | asyncpg.Connection, at: datetime, *, ar: str = "منحة", parts: int = 1, rate: int = 10_000
) -> UUID:
    """A campaign to everybody as it is when a second person has approved it, at an instant of its clock."""
    text_id, campaign_id = new_id(), new_id()
    await database.execute(
        "INSERT INTO campaign_text VALUES ($1, 'grant', 1, $2, 'A grant', '{}', 'a', 'b', $3)", text_id, ar, at
    )
    await database.execute(
        'INSERT INTO campaign (campaign_id, name, text_id, "values", filter, ar, en, parts, parts_per_second,'
        " messages_per_week, starts_at, ends_at, state, created_by, created_at)"
        " VALUES ($1, 'x', $2, '{}', '{}', $3, 'A grant', $4, $5, 100000, $6, $7, 'queueing', 'a', $6)",
        campaign_id, text_id, ar, parts, rate, at, at + timedelta(days=9),
    )  # fmt: skip
    return campaign_id
