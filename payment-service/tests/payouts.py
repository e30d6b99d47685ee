"""A pension authority at work with a payment-service: its people, their calls, a register that knows some numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx

from chassis.ids import new_id
from chassis.testing import eventually

from .support import PENSIONS, House

BATCHES = "/v1/payout-batches"
HEADER = "citizen_id,amount,item_reference"
MAKER, COLLEAGUE, CHECKER, THIRD = (UUID(int=n) for n in range(1, 5))


class NumbersKnown:
    """A register for tests: the citizens behind numbers; it keeps who asked for what."""

    def __init__(self, **known: UUID | str) -> None:
        self.known: dict[str, UUID | str] = dict(known)
        self.asked: list[tuple[str, str, int]] = []

    async def look_up(self, authorization: str, kind: str, numbers: Sequence[str]) -> list[UUID | str]:
        self.asked.append((authorization, kind, len(numbers)))
        unknown = "payee_unknown" if kind == "national_ids" else "card_unknown"
        return [self.known.get(number, unknown) for number in numbers]


class Office:
    """An authority's people, each signed in with two factors."""

    def __init__(self, house: House, authority: str | None = PENSIONS, governorate: str = "*") -> None:
        self.house, self.authority, self.governorate = house, authority, governorate

    def headers(
        self, who: UUID = MAKER, scopes: str = "payouts:submit payouts:approve payees:resolve"
    ) -> dict[str, str]:
        return self.house.issuer.person(scopes, person_id=who, authority=self.authority, governorate=self.governorate)

    async def call(self, method: str, path: str, who: UUID = MAKER, expect: int = 200, **sent: Any) -> Any:
        headers = self.headers(who)
        if "content" in sent:
            headers["Content-Type"] = "text/csv"
        reply: httpx.Response = await self.house.client.request(method, path, headers=headers, **sent)
        assert reply.status_code == expect, reply.text
        return reply.json() if "json" in reply.headers["content-type"] else reply.text

    async def declare(self, count: int, total: int, expect: int = 201, **more: Any) -> Any:
        declared = {"declared_count": count, "declared_total": total, "programme": "pension"}
        return await self.call("POST", BATCHES, expect=expect, json={"reference": f"r{new_id()}", **declared, **more})

    async def batch(self, lines: Sequence[str], header: str = HEADER, **more: Any) -> str:
        """A batch declared as its rows come to, with its rows; its path."""
        amounts = [int(line.split(",")[1]) for line in lines]
        made = await self.declare(len(lines), sum(amounts), **more)
        path = f"{BATCHES}/{made['batch_id']}"
        await self.send(path, lines, header)
        return path

    async def send(self, path: str, lines: Sequence[str], header: str = HEADER, expect: int = 201) -> Any:
        content = "\n".join([header, *lines])
        return await self.call("POST", f"{path}/items", expect=expect, content=content)

    async def submit(self, path: str, expect: int = 200) -> Any:
        return await self.call("POST", f"{path}/submission", expect=expect)

    async def approve(self, path: str, who: UUID = CHECKER, expect: int = 200, **sent: Any) -> Any:
        return await self.call("POST", f"{path}/approval", who, expect, **sent)

    async def paid(self, lines: Sequence[str], **more: Any) -> str:
        """A batch from its declaration to its last booking."""
        path = await self.batch(lines, **more)
        await self.house.fill(sum(int(line.split(",")[1]) for line in lines))
        await self.submit(path)
        await self.approve(path)
        await self.completed(path)
        return path

    async def completed(self, path: str) -> Any:
        async def ended() -> Any:
            found = await self.call("GET", path)
            return found if found["state"] == "completed" else None

        return await eventually(ended)


async def fund_of(house: House, fund: str = "pension") -> int:
    """What is in a fund."""
    headers = house.client_headers("funds:write", "treasury")
    balance: int = (await house.client.get(f"/v1/payout-funds/{fund}", headers=headers)).json()["balance"]
    return balance
