"""People for tests of the gateway: entered as the host enters them, with tokens as a sign-in gives them."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from api_gateway.people import invitations, service
from api_gateway.people.service import Newcomer
from chassis.ids import new_id
from chassis.national_id import check_digit
from chassis.principal import AAL2
from contracts.people import OF_PEOPLE, scopes_of

if TYPE_CHECKING:
    from .conftest import Gateway

_SERIALS = itertools.count(1)


def new_national_id() -> str:
    """A well-formed number that no other test has."""
    serial = next(_SERIALS)
    body = f"2{80 + serial // 9000:02d}010103{serial % 9000 + 1000:04d}"[:13]
    return body + check_digit(body)


@dataclass
class Member:
    """Somebody who works with the system, as tests act in their name."""

    gateway: Gateway
    person_id: UUID
    roles: tuple[str, ...]
    area: str = "*"
    authority: str = "ministry"
    sid: str = ""

    def headers(self, **claims: Any) -> dict[str, str]:
        """A token for their office, with two factors just shown."""
        own = {
            "sub": f"person:{self.person_id}",
            "kind": "person",
            "client_id": "console",
            "sid": self.sid or str(new_id()),
            "jti": str(new_id()),
            "scope": " ".join(sorted(scopes_of(self.roles) | OF_PEOPLE)),
            "roles": list(self.roles),
            "gov": self.area,
            "org": self.authority,
            "acr": AAL2,
            "auth_time": int(time.time()),
        }
        token = self.gateway.runtime.state.issuer.sign({**own, **claims})
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}

    async def call(self, method: str, path: str, expect: int, body: Any = None, **claims: Any) -> Any:
        """Call as this person; what the answer holds."""
        reply: httpx.Response = await self.gateway.client.request(
            method, path, json=body, headers=self.headers(**claims)
        )
        assert reply.status_code == expect, reply.text
        return reply.json()

    async def ask(self, for_whom: Member, role: str, *, expect: int = 201, **more: Any) -> Any:
        """Ask for a role for somebody."""
        body = {
            "person_id": str(for_whom.person_id),
            "role": role,
            "authority_id": "ministry",
            "area": "*",
            "valid_to": (datetime.now(UTC) + timedelta(days=300)).isoformat(),
            "reason": "a test",
            **more,
        }
        return await self.call("POST", "/v1/role-grants", expect, body)

    async def decide(self, grant: Any, *, expect: int = 200, approve: bool = True, **claims: Any) -> Any:
        """Decide on a role that was asked for."""
        path, body = f"/v1/role-grants/{grant['grant_id']}/decision", {"approve": approve, "reason": "a test"}
        return await self.call("POST", path, expect, body, **claims)


async def member(
    gateway: Gateway,
    *roles: str,
    area: str = "*",
    authority: str = "ministry",
    number: str | None = None,
    active: bool = True,
) -> Member:
    """Somebody new, in whose tokens these roles stand; a grant of them is nowhere."""
    desk = gateway.runtime.state.people
    name = f"p{new_id().hex[-14:]}"
    newcomer = Newcomer(name, number or new_national_id(), "موظف تجربة", authority, area)
    async with gateway.runtime.sessions() as session, session.begin():
        person = await service.enter(session, desk, newcomer, by="test", invited_by=None)
        token = invitations.new_token()
        await invitations.issue(session, desk, person.person_id, None, token)
        if active:
            assert await invitations.accept(session, desk, token)
    return Member(gateway, person.person_id, roles, area, authority)
